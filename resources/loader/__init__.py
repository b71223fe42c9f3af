"""The modelling file that goes beside the weights of a model whose layers differ in experts."""
