"""Getting ready: early, and without a difference for a notebook."""

import subprocess
import sys


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_processes_can_be_started_before_anything_heavy_is_imported() -> None:
    """What starts them imports none of what they import."""
    code = "import sys, saypro_analysis.publish.warm\nprint([m for m in ('pandas', 'nbformat') if m in sys.modules])"
    assert _python(code) == "[]"


def test_addresses_are_checked_though_their_grammar_is_imported_later() -> None:
    """jsonschema's format "iri" (RFC 3987: a scheme, and no blank) says the same after ``warm`` as it always does."""
    check = """
import sys, jsonschema
def conforms(text):
    return jsonschema.FormatChecker(["iri"]).conforms(text, "iri")
print([conforms(text) for text in ("https://example.org/café", "no scheme", "https://example.org/a b")])
"""
    before = "from saypro_analysis.publish.warm import warm\nwarm()\nimport sys\n"
    later = _python(f"{before}print('rfc3987_syntax' in sys.modules){check}print('rfc3987_syntax' in sys.modules)")
    assert later.splitlines() == ["False", "[True, False, False]", "True"]
    assert _python(check) == "[True, False, False]"
