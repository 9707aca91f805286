"""The rows. Columns that end in ``_enc`` hold ciphertext under a data key; see ``vault``."""

from workflow.models.cases import Case, CaseLink, CaseNumber, Exclusion, Judgement, NumberSeries, Party
from workflow.models.chain import JournalEntry, JournalHead
from workflow.models.clocks import Deadline, Escalation, EscalationRecipient, Extension, Notice, Pause
from workflow.models.columns import new_id, new_ref
from workflow.models.delivery import DeliveryEvent, Outbound, Rung
from workflow.models.desk import BoxEmptying, DeskEntry
from workflow.models.intake import Attachment, Conversation, Message, Receipt
from workflow.models.papers import Approval, Letter, Paper
from workflow.models.people import Address, DataKey, Person, PersonLink
from workflow.models.protection import Checkback, SafeContact
from workflow.models.reports import Bulletin, PublicMonth, Report, ReportFile
from workflow.models.rights import DataRequest
from workflow.models.units import Account, Alarm, ChannelAccount, HolidayOverride, Lease, Mark, RoleGrant, Unit

__all__ = [
    "Account",
    "Address",
    "Alarm",
    "Approval",
    "Attachment",
    "BoxEmptying",
    "Bulletin",
    "Case",
    "CaseLink",
    "CaseNumber",
    "ChannelAccount",
    "Checkback",
    "Conversation",
    "DataKey",
    "DataRequest",
    "Deadline",
    "DeliveryEvent",
    "DeskEntry",
    "Escalation",
    "EscalationRecipient",
    "Exclusion",
    "Extension",
    "HolidayOverride",
    "JournalEntry",
    "JournalHead",
    "Judgement",
    "Lease",
    "Letter",
    "Mark",
    "Message",
    "Notice",
    "NumberSeries",
    "Outbound",
    "Paper",
    "Party",
    "Pause",
    "Person",
    "PersonLink",
    "PublicMonth",
    "Receipt",
    "Report",
    "ReportFile",
    "RoleGrant",
    "Rung",
    "SafeContact",
    "Unit",
    "new_id",
    "new_ref",
]
