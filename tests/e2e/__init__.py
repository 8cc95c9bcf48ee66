"""Haven as a process among programs of others: browsers, Microsoft's Agents Playground, emulate, adaptivecards."""
