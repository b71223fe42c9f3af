"""Makes the demo model from nothing: texts, tokenizer, training, model card."""
