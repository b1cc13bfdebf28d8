"""Who may open what, when: pure functions over the rules of one community.

`decide` is the truth, `who` and `reach` its lists; `compile_device` turns the rules into what a door can hold, `plan`
compares two such states, `explain` says why, `remedies` what would change it. Each is imported from its module: whoever
needs a result need not load the rules.
"""
