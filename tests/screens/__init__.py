"""Pictures of every page, for eyes; and what a program can see in them.

`render` draws the pages after real runs; blank and clipped ones are faults. `references` draws
every page, view, dialog and state over made-up values and compares each with what a person
accepted: how to look and accept is written there. The default run looks at the dark window in
English, `make screens` at everything.
"""
