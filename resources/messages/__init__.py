"""What core says in other languages than English, and the tool that collects it."""
