"""How fast the model server answers, against its own floor and ceiling."""
