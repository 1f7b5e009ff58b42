"""Laws and standards as data: what each article asks, and which rules or evidence answer it."""
