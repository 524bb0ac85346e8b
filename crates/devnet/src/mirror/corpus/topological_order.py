def topological_order(dependencies):
    """Order names so that each comes after everything it depends on.

    Raises ValueError naming a cycle when there is one.
    """
    order, state = [], {}

    def visit(name, path):
        if state.get(name) == "done":
            return
        if state.get(name) == "open":
            start = path.index(name)
            raise ValueError("cycle: " + " -> ".join(path[start:] + [name]))
        state[name] = "open"
        for needed in sorted(dependencies.get(name, ())):
            visit(needed, path + [name])
        state[name] = "done"
        order.append(name)

    for name in sorted(dependencies):
        visit(name, [])
    return order
