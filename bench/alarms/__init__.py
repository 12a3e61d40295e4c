"""The parts of the bench ``false_alarms``: the network that is watched, months drawn for it, charts, and signals counted as the product raises them."""
