"""How often a process that did not change is flagged: by simulation of this very engine, for the error budget.

Normal noise, 20,000 series of each length; ``tests/test_error_budget.py`` simulates them again and holds the tables.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Chance that the latest month differs from usual, by the number of months held (independent months).
_FLAGS = {6: 0.012, 12: 0.014, 24: 0.017, 60: 0.019}
#: The same where each month hands a part of itself on to the next, by that part as it is estimated.
_CARRIED = {0.3: 0.06, 0.4: 0.085, 0.5: 0.14, 0.6: 0.21, 0.7: 0.30, 0.85: 0.48}
#: Chance that noise which is large enough to matter is called fluctuating, by the number of months held.
_SWINGS = {6: 0.05, 8: 0.12, 12: 0.135, 18: 0.155, 24: 0.175, 60: 0.175}


def flag_chance(points: npt.ArrayLike, carry: npt.ArrayLike = 0.0) -> Floats:
    """Chance that the latest month of an unchanged process is flagged as unlike usual.

    ``points`` is the number of its months, ``carry`` the part that a month hands on to the next (0: none is clear).

    >>> flag_chance([24, 24], [0.0, 0.6]).tolist()
    [0.017, 0.21]
    """
    part = np.asarray(carry, dtype=np.float64)
    alone = np.interp(np.asarray(points, dtype=np.float64), list(_FLAGS), list(_FLAGS.values()))
    return np.asarray(np.where(part > 0, np.interp(part, list(_CARRIED), list(_CARRIED.values())), alone))


def swing_chance(points: npt.ArrayLike) -> Floats:
    """Chance that steady noise of this many months is called fluctuating, where it is large enough to matter.

    >>> swing_chance(24).item()
    0.175
    """
    return np.asarray(np.interp(np.asarray(points, dtype=np.float64), list(_SWINGS), list(_SWINGS.values())))
