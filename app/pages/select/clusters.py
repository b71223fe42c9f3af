"""The cluster order of the experts: worked out on a worker thread when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.jobs.task import Task
from core.run import Run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.jobs.job import Job
    from app.session import Session
    from app.widgets.heatmap import HeatMap
    from core.profiling import Profile


class Clusters(QObject):
    """Gives the heat map its order; the clustered one is worked out when it is wanted.

    Attributes:
        orders_LE: The newest order, [L, E]; None before there is one.
    """

    def __init__(self, session: Session, cells: HeatMap, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cells = cells
        self.orders_LE: NDArray[np.intp] | None = None
        self._session = session
        self._wanted = False
        self._of: Profile | None = None
        self._job: Job | None = None
        session.profile_changed.connect(self._profile_changed)

    @Slot(str)
    def set_order(self, order: str) -> None:
        """Give the map an order; clusters follow when they are worked out."""
        self._wanted = order == "clustered"
        self._profile_changed()
        self._cells.set_clusters(self.orders_LE)
        self._cells.set_order(order)

    @Slot()
    def _profile_changed(self) -> None:
        profile = self._session.profile
        if profile is not self._of and self.orders_LE is not None:
            self.orders_LE, self._of = None, None
            self._cells.set_clusters(self.orders_LE)
        if not self._wanted or profile is None or profile is self._of:
            return
        if self._job is not None:
            self._job.cancel()

        def work(run: Run) -> tuple[Profile, NDArray[np.intp]]:
            from core.scoring import cluster_orders

            run.check()
            return profile, cluster_orders(profile)

        self._of = profile
        title = self.tr("Order the experts")
        self._job = self._session.start(
            Task(title=title, kind="order", function=work, heavy=False, quiet=True)
        )
        self._job.finished.connect(self._take)

    @Slot()
    def _take(self) -> None:
        job = self._job
        if job is None or not job.over:
            return
        self._job = None
        if job.state != "done":
            self._of = None
            return
        profile, orders = job.result  # type: ignore[misc]
        if profile is self._session.profile:
            self.orders_LE = orders
            self._cells.set_clusters(self.orders_LE)
