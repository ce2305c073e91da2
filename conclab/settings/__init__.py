"""The files of a user's choices: where they lie, reading them, writing them back."""
