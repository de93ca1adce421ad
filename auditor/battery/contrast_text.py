"""A contrast as a standalone instrument's file names it."""

from dataclasses import dataclass

from auditor.core.items import Contrast, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastText:
    """What every entry of `contrasts:` says; instruments add what they need."""

    id: str
    category: str
    label: str
    role: Role
    target: str
    reference: str
    note: str

    def contrast(self, instrument: str) -> Contrast:
        """As the battery knows it."""
        return Contrast(
            contrast_id=self.id,
            category=self.category,
            label=self.label,
            role=self.role,
            target=self.target,
            reference=self.reference,
            note=self.note,
            instruments=(instrument,),
        )
