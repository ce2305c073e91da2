"""What the Set-up screen offers, section by section, and how a section is drawn. The screen itself is among the screens."""
