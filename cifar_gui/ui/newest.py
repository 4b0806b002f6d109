"""Questions that come faster than answers: asked one at a time on a worker, of those that wait only the newest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.background import Background

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Newest(Generic[Question, Answer]):
    """Asks `work` on a worker and tells `done`, or `failed`. A question that is overtaken by a newer one is never
    asked; one that is being answered is answered to its end, so that what follows a moving hand keeps moving."""

    def __init__(
        self,
        jobs: Background,
        work: Callable[[Question], Answer],
        done: Callable[[Answer], object],
        failed: Callable[[CifarGuiError], object],
        *,
        key: str,
    ) -> None:
        self._jobs, self._work, self._done, self._failed, self._key = jobs, work, done, failed, key
        self._asked: Question | None = None
        self._waiting: Question | None = None

    def ask(self, question: Question) -> None:
        """Answer this question next, forgetting one that still waits."""
        self._waiting = question
        if self._asked is None:
            self._ask_next()

    def forget(self) -> None:
        """No answer is wanted any more."""
        self._waiting = self._asked = None
        self._jobs.cancel(self._key)

    def _ask_next(self) -> None:
        self._asked, self._waiting = self._waiting, None
        if self._asked is not None:
            question = self._asked
            self._jobs.run(
                lambda: self._work(question),
                lambda answer: self._finish(lambda: self._done(answer)),
                lambda error: self._finish(lambda: self._failed(error)),
                key=self._key,
                broken=self._ask_next,
            )

    def _finish(self, tell: Callable[[], object]) -> None:
        """Begin the next question before showing the last answer, so that the worker is not idle meanwhile."""
        self._ask_next()
        tell()
