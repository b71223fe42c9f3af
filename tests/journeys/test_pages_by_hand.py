"""Every page by real clicks and by keys alone, in both languages and themes, over made-up values.

What a page's main action does runs for real in the other journeys; here is whether hands reach it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from tests.screens.scene import Scene, still_world

KEYS = ("welcome", "model", "calibrate", "select", "tune", "evaluate", "export")
LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
# More presses of Tab than any page has controls.
MOST_TABS = 150
AROUND = 4  # pixels around a control that a ring may be drawn in

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", params=[("en", "dark"), ("ko", "light")], ids="-".join)
def scene(request, qapp, tmp_path_factory) -> Iterator[Scene]:
    language, theme = request.param
    with still_world():
        made = Scene(tmp_path_factory.mktemp("hand"), language, theme)
        made.open_model()
        made.work()
        yield made
        made.close()


def take_keyboard(scene: Scene) -> None:
    scene.window.activateWindow()
    scene.wait(scene.window.isActiveWindow)


def test_every_page_is_reached_by_a_click_and_by_keys(scene) -> None:
    window = scene.window
    take_keyboard(scene)
    for index, key in enumerate(KEYS):
        QTest.mouseClick(window.rail.items[index], LEFT)
        assert window.page is window.pages[key]
    for index, key in enumerate(KEYS):
        QTest.keyClick(window, Qt.Key(Qt.Key.Key_0.value + index), CONTROL)
        assert window.page is window.pages[key]
    window.rail.items[-1].setFocus()
    for key in reversed(KEYS[:-1]):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
        assert window.page is window.pages[key]


def controls(window: QWidget) -> set[QWidget]:
    """What Tab is to reach: what shows, can be used and takes the focus by Tab."""
    return {
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget.objectName() != "qt_spinbox_lineedit"
        and widget.window() is window
    }


def alike(widget: QWidget) -> object:
    """Of a group of which one is chosen, Tab reaches one, and arrows the others."""
    if isinstance(widget, QAbstractButton) and widget.group() is not None:
        return widget.group() if widget.group().exclusive() else widget
    return widget


def around(window: QWidget, widget: QWidget) -> QImage:
    corner = widget.mapTo(window, QPoint(0, 0)) - QPoint(AROUND, AROUND)
    place = widget.rect().translated(corner).adjusted(0, 0, 2 * AROUND, 2 * AROUND)
    return window.grab(place).toImage()


VIEWS = ("layer", "network", "compare", "lens", "plans")
TABS = ("curves", "runs", "search", "paper")
PLACES = (
    *KEYS,
    "select/table",
    *(f"select/{view}" for view in VIEWS),
    *(f"tune/{tab}" for tab in TABS[1:]),
)


def go_to(scene: Scene, place: str) -> str:
    """Turn to a page, and to a view or tab of it; the page's key."""
    key, _, part = place.partition("/")
    page = scene.window.pages[key]
    scene.page(key)
    if key == "select":
        page.views.show_view(part if part in VIEWS else "map")
        page.lower._turn(int(part == "table"))
    if key == "tune":
        page.tabs.setCurrentIndex(TABS.index(part or "curves"))
        if part == "runs":
            scene.wait(lambda: page.desk.known)
    scene.settle()
    return key


@pytest.mark.parametrize("place", PLACES)
def test_tab_reaches_every_control_and_shows_where_it_is(scene, place: str) -> None:
    window = scene.window
    key = go_to(scene, place)
    take_keyboard(scene)
    if QApplication.focusWidget() is not None:
        QApplication.focusWidget().clearFocus()
    window.rail.items[KEYS.index(key)].setFocus(Qt.FocusReason.TabFocusReason)
    wanted = controls(window)
    reached: list[QWidget] = []
    invisible = []
    for _ in range(MOST_TABS):
        at = QApplication.focusWidget()
        focused = around(window, at)
        QTest.keyClick(at, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is at:
            pytest.fail(f"Tab is caught by {at}")
        scene.app.processEvents()
        if around(window, at) == focused:
            invisible.append(str(at))
        reached.append(at)
        if QApplication.focusWidget() is reached[0]:
            break
    groups = {alike(widget) for widget in reached}
    missed = [str(widget) for widget in wanted if alike(widget) not in groups]
    assert not missed
    assert not invisible, "focused or not, these look the same"
    top = window.top_bar.primary_button
    assert not (top.isVisible() and top.isEnabled()) or top in reached


# -- the heat map by hand --------------------------------------------------------------------------


@pytest.fixture
def cells(scene):
    """The heat map with its keyboard, and the plan as it was afterwards."""
    scene.page("select")
    take_keyboard(scene)
    scene.window.pages["select"].views.show_view("map")
    scene.settle()
    step = scene.session.undo_stack.index()
    yield scene.window.pages["select"].map
    scene.session.undo_stack.setIndex(step)


def point(cells, row: int, expert: int) -> QPoint:
    return cells.cell_rect(row, expert).center().toPoint()


def drag(cells, start: tuple[int, int], end: tuple[int, int], held=NONE, *, drop=True) -> None:
    """Press, move over every cell on the way, let go."""
    QTest.mousePress(cells, LEFT, held, point(cells, *start))
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    for step in range(1, steps + 1):
        row = start[0] + round((end[0] - start[0]) * step / steps)
        expert = start[1] + round((end[1] - start[1]) * step / steps)
        QTest.mouseMove(cells, point(cells, row, expert))
    if drop:
        QTest.mouseRelease(cells, LEFT, held, point(cells, *end))


def test_a_drag_paints_the_first_cells_new_state_as_one_step(scene, cells) -> None:
    session = scene.session
    before, steps = session.plan.kept_LE.copy(), session.undo_stack.index()
    drag(cells, (2, 4), (2, 9))
    after = session.plan.kept_LE
    assert session.undo_stack.index() == steps + 1
    new = not before[2, 4]
    assert (after[2, 4:10] == new).all()
    changed = after != before
    changed[2, 4:10] = False
    assert not changed.any()
    QTest.keyClick(scene.window, Qt.Key.Key_Z, CONTROL)
    assert (session.plan.kept_LE == before).all()


def test_shift_drag_paints_a_box(scene, cells) -> None:
    session = scene.session
    before = session.plan.kept_LE.copy()
    drag(cells, (1, 1), (3, 4), SHIFT)
    new = not before[1, 1]
    assert (session.plan.kept_LE[1:4, 1:5] == new).all()
    changed = session.plan.kept_LE != before
    changed[1:4, 1:5] = False
    assert not changed.any()


def test_escape_gives_a_stroke_up(scene, cells) -> None:
    session = scene.session
    plan, steps = session.plan, session.undo_stack.index()
    drag(cells, (4, 2), (4, 8), drop=False)
    QTest.keyClick(cells, Qt.Key.Key_Escape)
    QTest.mouseRelease(cells, LEFT, NONE, point(cells, 4, 8))
    assert session.plan is plan
    assert session.undo_stack.index() == steps


def test_keys_alone_drop_lock_and_undo(scene, cells) -> None:
    session = scene.session
    plan = session.plan
    cells.setFocus(Qt.FocusReason.TabFocusReason)
    cells.set_cursor_cell(5, 5)
    QTest.keyClick(cells, Qt.Key.Key_Right)
    QTest.keyClick(cells, Qt.Key.Key_Down)
    assert cells.cursor_cell == (6, 6)
    QTest.keyClick(cells, Qt.Key.Key_Space)
    assert session.plan.kept_LE[6, 6] != plan.kept_LE[6, 6]
    QTest.keyClick(cells, Qt.Key.Key_L)
    QTest.keyClick(cells, Qt.Key.Key_Space)  # a lock wins
    assert session.plan.kept_LE[6, 6] != plan.kept_LE[6, 6]
    for _ in range(2):
        QTest.keyClick(scene.window, Qt.Key.Key_Z, CONTROL)
    assert session.plan == plan


def test_the_wheel_with_control_zooms_and_f_fits(scene, cells) -> None:
    wide = cells.cell_rect(0, 0).width()
    at = QPointF(point(cells, 3, 3))
    event = QWheelEvent(
        at, cells.mapToGlobal(at), QPoint(), QPoint(0, 360), Qt.MouseButton.NoButton, CONTROL,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(cells, event)
    assert cells.cell_rect(3, 3).width() > 1.5 * wide
    assert cells.cell_rect(3, 3).contains(at)  # what was under the pointer stays there
    QTest.keyClick(cells, Qt.Key.Key_F)
    assert cells.cell_rect(0, 0).width() == pytest.approx(wide)
