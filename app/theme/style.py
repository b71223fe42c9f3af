"""The style sheet and palette of a theme.

Widgets pick a look by dynamic properties, never by a colour of their own: buttons by `kind`
("primary", "ghost", "icon", default), labels by `role` ("title", "heading", "value", "dim",
"caption", "section", "mono", "good", "warn", "bad"), frames by `panel` ("card", "rail", "bar",
"inspector", "notice", "bad").
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QPalette

from app.theme.tokens import CONTROL_HEIGHT, RADIUS, TYPE, Theme

_SHEET = """
QWidget {{ font-size: {body}px; color: {text}; }}
QMainWindow, QDialog, QWidget[panel="page"] {{ background: {background}; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line_strong};
  padding: 4px 6px; }}

QFrame[panel="card"] {{ background: {surface}; border: 1px solid {line};
  border-radius: {card_radius}px; }}
QFrame[panel="rail"] {{ background: {surface}; border: none; border-right: 1px solid {line}; }}
QFrame[panel="inspector"] {{ background: {surface}; border: none; border-left: 1px solid {line}; }}
QFrame[panel="top"] {{ background: {surface}; border: none; border-bottom: 1px solid {line}; }}
QFrame[panel="bottom"] {{ background: {surface}; border: none; border-top: 1px solid {line}; }}
QFrame[panel="dock"] {{ background: {surface}; border: none; }}
QFrame[panel="notice"] {{ background: {notice}; border: 1px solid {notice_line};
  border-radius: {radius}px; }}
QFrame[panel="bad"] {{ background: {bad_notice}; border: 1px solid {bad_line};
  border-radius: {radius}px; }}
QFrame[panel="info"] {{ background: {surface}; border: 1px solid {line_strong};
  border-radius: {radius}px; }}
QFrame[panel="drop"] {{ background: transparent; border: 1px dashed {line_strong};
  border-radius: {card_radius}px; }}
QFrame[panel="drop"][over="true"] {{ background: {accent_soft}; border: 1px dashed {accent}; }}
QFrame[panel="segments"] {{ background: {surface}; border: 1px solid {line};
  border-radius: {radius}px; }}
QFrame[panel="popover"] {{ background: {raised}; border: 1px solid {line_strong}; }}
QFrame[panel="line"] {{ background: {line}; border: none; }}

QLabel {{ background: transparent; border: none; }}
QLabel[role="display"] {{ font-size: {display}px; font-weight: 600; }}
QLabel[role="title"] {{ font-size: {title}px; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: {heading}px; font-weight: 600; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="value"] {{ font-size: {value}px; font-weight: 600; }}
QLabel[role="dim"] {{ color: {text_dim}; }}
QLabel[role="faint"] {{ color: {text_faint}; }}
QLabel[role="caption"] {{ color: {text_dim}; font-size: {caption}px; }}
QLabel[role="section"] {{ color: {text_dim}; font-size: {caption}px; font-weight: 600; }}
QLabel[role="good"] {{ color: {good}; font-size: {caption}px; }}
QLabel[role="warn"] {{ color: {warn}; font-size: {caption}px; }}
QLabel[role="bad"] {{ color: {bad}; font-size: {caption}px; }}
QLabel[role="accent"] {{ color: {accent}; }}
QLabel[role="mono"], QPlainTextEdit[role="mono"], QTextEdit[role="mono"] {{
  font-family: {mono}; font-size: {small}px; }}

QLabel:disabled {{ color: {text_faint}; }}

QPushButton, QToolButton {{ background: {raised}; color: {text}; border: 1px solid {line_strong};
  border-radius: {radius}px; padding: 0 12px; min-height: {control}px; }}
QPushButton:hover, QToolButton:hover {{ background: {pressed}; }}
QPushButton:pressed, QToolButton:pressed, QToolButton:checked {{ background: {pressed}; }}
QPushButton:checked {{ background: {accent_soft}; border-color: {accent}; color: {text}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {text_faint}; border-color: {line};
  background: transparent; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {accent}; outline: none; }}
QPushButton[kind="primary"] {{ background: {accent}; color: {on_accent}; border-color: {accent};
  font-weight: 600; padding: 0 16px; }}
QPushButton[kind="primary"]:hover {{ background: {accent_hover}; border-color: {accent_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {text}; }}
QPushButton[kind="primary"]:disabled {{ background: {raised}; color: {text_faint};
  border-color: {line}; }}
QPushButton[kind="hero"] {{ background: {accent}; color: {on_accent}; border-color: {accent};
  font-weight: 600; font-size: {heading}px; padding: 0 24px; min-height: 44px; }}
QPushButton[kind="hero"]:hover {{ background: {accent_hover}; border-color: {accent_hover}; }}
QPushButton[kind="hero"]:focus {{ border: 2px solid {text}; }}
QPushButton[kind="hero"]:disabled {{ background: {raised}; color: {text_faint};
  border-color: {line}; }}
QPushButton[kind="ghost"], QToolButton[kind="ghost"] {{ background: transparent;
  border-color: transparent; color: {text_dim}; padding: 0 8px; }}
QPushButton[kind="ghost"]:hover, QToolButton[kind="ghost"]:hover {{ background: {raised};
  color: {text}; }}
QPushButton[kind="ghost"]:checked {{ background: {raised}; color: {text};
  border-color: transparent; }}
QPushButton[kind="ghost"]:focus, QToolButton[kind="ghost"]:focus {{ border-color: {accent}; }}
QPushButton[kind="ghost"]:disabled, QToolButton[kind="ghost"]:disabled {{ color: {text_faint};
  background: transparent; border-color: transparent; }}
QPushButton[kind="segment"] {{ background: transparent; border: 1px solid transparent;
  border-radius: 4px; color: {text_dim}; padding: 0 12px; min-height: 22px; }}
QPushButton[kind="segment"][dense="true"] {{ padding: 0 6px; }}
QPushButton[kind="segment"]:hover {{ color: {text}; }}
QPushButton[kind="segment"]:checked {{ background: {raised}; color: {text};
  border-color: {line_strong}; }}
QPushButton[kind="segment"]:focus {{ border-color: {accent}; }}
QPushButton[kind="segment"]:disabled {{ color: {text_faint}; }}
QPushButton[kind="status"] {{ background: transparent; border-color: transparent;
  color: {text_dim}; font-size: {caption}px; min-height: 20px; padding: 0 8px; }}
QPushButton[kind="status"]:hover {{ background: {raised}; color: {text}; }}
QPushButton[kind="status"]:focus {{ border-color: {accent}; }}
QPushButton[kind="icon"], QToolButton[kind="icon"] {{ background: transparent; padding: 0;
  border-color: transparent; min-width: {control}px; max-width: {control}px; }}
QPushButton[kind="icon"]:hover, QToolButton[kind="icon"]:hover {{ background: {raised}; }}
QPushButton[kind="icon"]:checked, QToolButton[kind="icon"]:checked {{ background: {raised}; }}
QPushButton[kind="icon"]:focus, QToolButton[kind="icon"]:focus {{ border-color: {accent}; }}
QToolButton[kind="help"] {{ background: transparent; border-color: transparent; padding: 0;
  min-width: 20px; max-width: 20px; min-height: 20px; max-height: 20px; }}
QToolButton[kind="help"]:hover {{ background: {raised}; }}
QToolButton[kind="help"]:focus {{ border-color: {accent}; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QPushButton::menu-indicator {{ image: url({chevron}); width: 12px; height: 12px;
  subcontrol-origin: padding; subcontrol-position: right center; right: 8px; }}

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {{
  background: {field}; border: 1px solid {line_strong}; border-radius: {radius}px;
  selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ min-height: {control}px; padding: 0 8px; }}
QPlainTextEdit, QTextEdit {{ padding: 6px; }}
QTextBrowser[panel="help"] {{ background: transparent; border: none; padding: 0; }}
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover {{
  border-color: {text_faint}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus,
QTextEdit:focus {{ border: 1px solid {accent}; }}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{
  color: {text_faint}; background: transparent; border-color: {line}; }}
QLineEdit[invalid="true"], QComboBox[invalid="true"], QSpinBox[invalid="true"] {{
  border-color: {bad}; }}
QComboBox {{ background: {raised}; padding-right: 24px; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url({chevron}); width: 12px; height: 12px; }}
QSpinBox, QDoubleSpinBox {{ min-height: {spin}px; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ background: transparent; border: none;
  min-height: 0; padding: 0; }}
QComboBox QAbstractItemView {{ background: {surface}; border: 1px solid {line_strong};
  outline: none; padding: 4px; selection-background-color: {raised}; selection-color: {text}; }}
QComboBox QAbstractItemView::item {{ min-height: 26px; padding: 0 8px; }}
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::down-button {{ border: none; background: transparent; width: 18px; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url({chevron_up}); width: 10px;
  height: 10px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url({chevron}); width: 10px;
  height: 10px; }}

QCheckBox, QRadioButton {{ spacing: 8px; min-height: {control}px; background: transparent; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: 16px; height: 16px;
  border: 1px solid {line_strong}; background: {field}; border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: {text_faint}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent};
  image: url({check}); }}
QRadioButton::indicator:checked {{ background: {accent}; border: 4px solid {field}; }}
QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border-color: {accent}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {text_faint}; }}

QSlider {{ min-height: {control}px; background: transparent; }}
QSlider::groove:horizontal {{ height: 4px; background: {track}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
  background: {text}; }}

QProgressBar {{ background: {track}; border: none; border-radius: 3px; max-height: 6px;
  min-height: 6px; text-align: center; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}

QAbstractItemView {{ background: {surface}; alternate-background-color: {background};
  border: 1px solid {line}; border-radius: {radius}px; outline: none;
  selection-background-color: {raised}; selection-color: {text}; gridline-color: {line}; }}
QListView {{ padding: 4px 0; }}
QListView[panel="plain"] {{ padding: 0; }}
QAbstractItemView[panel="plain"] {{ background: transparent; border: 1px solid transparent; }}
QAbstractItemView:focus {{ border-color: {accent}; }}
QAbstractItemView::item {{ padding: 2px 8px; }}
QAbstractItemView::item:selected {{ background: {raised}; color: {text}; }}
QAbstractItemView::indicator {{ width: 14px; height: 14px; border: 1px solid {line_strong};
  background: {field}; border-radius: 3px; }}
QAbstractItemView::indicator:checked {{ background: {accent}; border-color: {accent};
  image: url({check}); }}
QAbstractItemView::item:hover {{ background: {raised}; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QHeaderView {{ background: {surface}; border: none; }}
QHeaderView::section {{ background: {surface}; color: {text_dim}; border: none;
  border-bottom: 1px solid {line}; padding: 4px 8px; font-size: {caption}px; font-weight: 600; }}
QTableCornerButton::section {{ background: {surface}; border: none; }}

QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget[panel="scroll"] {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {line_strong}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {text_faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; background: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}

QMenu {{ background: {surface}; border: 1px solid {line_strong}; padding: 4px; }}
QMenu::item {{ padding: 6px 28px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {raised}; }}
QMenu::item:disabled {{ color: {text_faint}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QMenu::indicator {{ width: 14px; height: 14px; left: 8px; }}
QMenu::indicator:checked {{ image: url({tick}); }}
QMenu[checkable="true"]::item {{ padding-left: 30px; }}
QMenuBar {{ background: {surface}; border-bottom: 1px solid {line}; }}
QMenuBar::item {{ padding: 4px 10px; background: transparent; }}
QMenuBar::item:selected {{ background: {raised}; }}

QTabBar {{ background: transparent; border: none; }}
QTabBar::tab {{ background: transparent; color: {text_dim}; padding: 6px 12px; border: none;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {line}; }}
QSplitter::handle {{ background: {line}; }}
QSplitter[kind="gap"]::handle {{ background: transparent; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QGroupBox {{ border: 1px solid {line}; border-radius: {radius}px; margin-top: 16px; }}
QGroupBox::title {{ subcontrol-origin: margin; color: {text_dim}; left: 8px; }}
QStatusBar {{ background: {surface}; border-top: 1px solid {line}; }}
QStatusBar::item {{ border: none; }}
"""

MONO = (
    '"JetBrains Mono", "SF Mono", Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK KR", monospace'
)


def style_sheet(theme: Theme, icons: Path) -> str:
    """The application's style sheet.

    Args:
        theme: Where the colours come from.
        icons: The folder of the arrows and check marks.
    """
    colours = {name: value for name, value in vars(theme).items() if isinstance(value, str)}
    sizes = {name: getattr(TYPE, name) for name in TYPE.__dataclass_fields__}
    return _SHEET.format(
        **colours,
        **sizes,
        radius=RADIUS,
        card_radius=RADIUS + 4,
        control=CONTROL_HEIGHT,
        # Qt adds five pixels to a spin box and two to the other fields.
        spin=CONTROL_HEIGHT - 3,
        field=theme.background if theme.dark else theme.surface,
        mono=MONO,
        chevron=(icons / "chevron.svg").as_posix(),
        chevron_up=(icons / "chevron-up.svg").as_posix(),
        check=(icons / f"check-on-{theme.name}.svg").as_posix(),
        tick=(icons / f"tick-{theme.name}.svg").as_posix(),
    )


def palette(theme: Theme) -> QPalette:
    """The palette, for what a style sheet does not reach (native dialogs, painted widgets)."""
    out = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, theme.background),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.background),
        (role.Button, theme.raised),
        (role.ToolTipBase, theme.raised),
        (role.WindowText, theme.text),
        (role.Text, theme.text),
        (role.ButtonText, theme.text),
        (role.ToolTipText, theme.text),
        (role.BrightText, theme.bad),
        (role.PlaceholderText, theme.text_faint),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.Mid, theme.line),
        (role.Light, theme.raised),
        (role.Dark, theme.line_strong),
    ):
        out.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        out.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.text_faint))
    return out
