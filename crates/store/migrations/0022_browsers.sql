-- browser: what a device that is a browser remembered by pages proves itself by, sealed: MACs of its secret, no secret.
-- browser_until: the end of that, in microseconds, after which the row may go.
ALTER TABLE devices ADD COLUMN browser BYTES;
ALTER TABLE devices ADD COLUMN browser_until INT;
