// Change, action, reason and plan, and their one JSON form.
