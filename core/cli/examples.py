"""A line to begin with for every command; each takes up the files of those before it."""

from __future__ import annotations

# "\b" keeps typer's help from joining the lines of a paragraph.
EXAMPLES = {
    "inspect": "seer inspect demo",
    "families": "seer families",
    "profile": "seer profile demo --source demo -o profile.safetensors",
    "score": "seer score profile.safetensors --metric reap",
    "compare": "seer compare profile.safetensors --domain-a korean --domain-b python",
    "lens": "seer lens demo --text 'def route(token): return expert'",
    "plan": "seer plan profile.safetensors --metric soft-count --keep 75% -o plan.json",
    "cost": "seer cost demo --plan plan.json",
    "evaluate": "seer evaluate demo --plan plan.json --source demo",
    "search": "seer search demo profile.safetensors --source demo --max-ppl-increase 5% "
    "-o found.json",
    "select": "seer select demo profile.safetensors --source demo --keep 50% -o chosen.json",
    "speed": "seer speed demo --plan plan.json",
    "export": "seer export demo --plan plan.json -o smaller",
    "report": "seer report smaller -o smaller.html",
    "project": "seer project study --remove log",
    "tune": "seer tune smaller --source demo --top-k 1 --steps 20 -o tuned",
    "tune-search": "seer tune-search smaller --source demo --top-k 1 --minutes 30 --work trials",
    "demo": "seer demo -o everything",
    "run": "seer run job.json",
}
# What most people do, in this order.
FIRST_STEPS = ("inspect", "profile", "plan", "evaluate", "export")


def epilog(*commands: str) -> str:
    """The end of a help page: lines that can be copied."""
    lines = [f"  {EXAMPLES[name]}" for name in commands]
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *lines])
