"""Who may open what, when: pure functions over the rules of one community.

`decide` is the truth, `who` its list; `compile_device` turns the rules into what a door can hold, `plan` compares two
such states, `explain` says why. Each is imported from its module: whoever needs a result need not load the rules.
"""
