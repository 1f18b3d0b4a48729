"""An authenticator app (RFC 6238), for sessions with clients that have none."""

import base64
import hashlib
import hmac
import struct
import time


class App:
    """An authenticator app. Its steps are counted from the one in which it was made."""

    def __init__(self, secret):
        # No step may end between the codes that a check compares.
        if (left := 30 - time.time() % 30) < 12:
            time.sleep(left + 0.2)
        self.first = int(time.time()) // 30
        self.key = base64.b32decode(secret + "=" * (-len(secret) % 8))

    def code(self, steps):
        """The code of the step that is so many steps away from the first."""
        mac = hmac.new(self.key, struct.pack(">Q", self.first + steps), hashlib.sha1).digest()
        (number,) = struct.unpack_from(">I", mac, mac[19] & 15)
        return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"
