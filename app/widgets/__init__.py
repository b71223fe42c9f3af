"""Widgets that know no session: they show what they are given and say what was asked."""
