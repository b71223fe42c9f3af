"""The bundled demo: a small trained mixture of experts and the texts to look at it with."""
