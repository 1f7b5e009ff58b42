"""The law: a self-standing policy pack that judges every plan before anything is changed."""
