"""Select: the heat map, the rules, what a plan would cost, and each expert's card."""

from app.pages.select.page import SelectPage

__all__ = ["SelectPage"]
