"""What memory processes have in common, and how they tell each other anything."""
