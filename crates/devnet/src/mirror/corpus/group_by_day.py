def group_by_day(events, zone):
    """Group events by the calendar day they fall on in `zone`, oldest first."""
    days = {}
    for event in events:
        moment = event["at"]
        if moment.tzinfo is None:
            raise ValueError(f"event {event.get('id')} has no time zone")
        day = moment.astimezone(zone).date()
        days.setdefault(day, []).append(event)
    for same_day in days.values():
        same_day.sort(key=lambda event: (event["at"], event.get("id", 0)))
    return dict(sorted(days.items()))
