"""What is kept about people: for how long, how they get it, and how it is gone."""
