"""One visit to a kiosk, from the first touch to the sale."""

from __future__ import annotations

import sys

from footfall import Flag, Footfall, Status


def main() -> int:
    """Exit code 0 once everything is stored on the device."""
    with Footfall() as client:
        statuses = [
            client.visit_start(),
            client.track("Product Viewed", {"sku": "21754", "price": 5.95, "name": "Café"}),
            client.track(
                "Order Completed", {"order": 4711, "revenue": 11.9, "currency": "EUR"},
                Flag.CRITICAL,
            ),
            client.visit_end(),
            client.flush(5),
        ]
    bad = [Footfall.text(status) for status in statuses if status is not Status.OK]
    for text in bad:
        print(f"kiosk: {text}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
