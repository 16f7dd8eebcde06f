"""``python -m saypro_analysis`` is ``saypro``."""

from saypro_analysis.cli import main

if __name__ == "__main__":
    main()
