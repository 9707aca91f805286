"""Monthly reports and public figures, read from the journal of a unit.

A unit's chain holds what happened at that unit and nothing else: a sealed case stands in the Kanwil's chain and in no
facility's, one that was sealed later leaves the facility's by the same neutral entry as any transfer. The chain only
grows, so that the figures of a month that is over stay what they were. Nothing of a case's words is ever counted.
"""

from workflow.reports.figures import Figures, gather
from workflow.reports.month import Month

__all__ = ["Figures", "Month", "gather"]
