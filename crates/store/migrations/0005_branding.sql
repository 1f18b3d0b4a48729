-- Looks of the classic pages. client_id: an app client, or ALL for those without a row. image_kind: png or jpeg, with an image.
CREATE TABLE ui_customizations (
  pool_id KEY NOT NULL, client_id KEY NOT NULL, css DOC, image BYTES, image_kind KEY, created INT NOT NULL, modified INT NOT NULL,
  ver INT NOT NULL, PRIMARY KEY (pool_id, client_id)
);
-- Styles of managed login, one for each app client at most. doc: settings and whether the service's own are used, JSON.
CREATE TABLE login_styles (
  pool_id KEY NOT NULL, style_id KEY NOT NULL, client_id KEY NOT NULL, doc DOC NOT NULL, created INT NOT NULL, modified INT NOT NULL,
  ver INT NOT NULL, PRIMARY KEY (pool_id, style_id)
);
CREATE UNIQUE INDEX login_styles_by_client ON login_styles (pool_id, client_id);
-- Images of a style. resource: which of several icons it is, empty for images of which there is one.
CREATE TABLE login_assets (
  pool_id KEY NOT NULL, style_id KEY NOT NULL, category KEY NOT NULL, color_mode KEY NOT NULL, extension KEY NOT NULL,
  resource KEY NOT NULL, image BYTES NOT NULL, PRIMARY KEY (pool_id, style_id, category, color_mode, resource)
);
