"""Loaders that ask DART one question per company, decision or hundred companies."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from foresto_cli.collecting.loader import Loader, Unit
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart

Subject = TypeVar("Subject")


class PerCompany(Loader, Generic[Subject]):
    """A loader whose units each have a subject: what the question is about.

    Attributes:
        client: DART.
        subjects: the subject of every unit by the unit's key, once :meth:`units` was called.
    """

    client: Dart
    source_id = dart.SOURCE_ID
    subjects: Mapping[str, Subject]

    @abstractmethod
    def questions(self) -> Iterator[tuple[str, str, Subject]]:
        """Yield key, label and subject of every unit, in the order in which it is wanted."""

    def units(self) -> list[Unit]:
        found = list(self.questions())
        self.subjects = {key: subject for key, _, subject in found}
        return [self.unit(key, label) for key, label, _ in found]
