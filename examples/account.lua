-- The account that the examples use: yours, if the environment names one
--   SATCHEL_USER=anna@example.com SATCHEL_PASSWORD=… [SATCHEL_URL=imaps://mail.example.com]
--   [SATCHEL_SMTP=smtp://mail.example.com:587] [SATCHEL_CA=ca.pem]
-- else one of an Exchange in a box, with a few messages in it.
if os.getenv "SATCHEL_USER" then
  return { user = os.getenv "SATCHEL_USER", password = os.getenv "SATCHEL_PASSWORD",
    url = os.getenv "SATCHEL_URL", smtp = os.getenv "SATCHEL_SMTP",
    tls = os.getenv "SATCHEL_CA" and { ca = os.getenv "SATCHEL_CA" } or nil }
end

local sandbox = require "satchel.sandbox"
local anna, bob = "anna@example.test", "bob@example.test"
local box = sandbox.start { users = { [anna] = "secret", [bob] = "secret" } }

box:seed { [anna] = {
  Inbox = {
    { subject = "Welcome", from = "Bob <bob@example.test>", to = anna, unread = true,
      text = "Hello Anna,\nglad that you are here.\nBob", received = "2026-01-02T09:00:00Z" },
    { subject = "Invoice 1001", from = "Billing <billing@example.test>", to = anna, unread = true,
      text = "Please find the invoice attached.", received = "2026-01-03T10:00:00Z",
      attachments = { { name = "invoice-1001.pdf", data = "%PDF-1.7 one" } } },
    { subject = "Invoice 1002", from = "Billing <billing@example.test>", to = anna, unread = true,
      text = "Please find the invoice attached.", received = "2026-02-03T10:00:00Z",
      attachments = { { name = "invoice-1002.pdf", data = "%PDF-1.7 two" } } },
    { subject = "Newsletter", from = "news@example.test", to = anna, unread = true,
      text = "Much has happened.", received = "2025-06-01T10:00:00Z" },
  },
} }

return { sandbox = box, user = anna, password = "secret" }
