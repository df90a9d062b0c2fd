-- The main job, on an Exchange in a box that listens on a loopback port; all
-- that follows goes through HTTP.  With accounts in the environment it runs on
-- a real server instead:
--   SATCHEL_USER=… SATCHEL_PASSWORD=… SATCHEL_USER2=… SATCHEL_PASSWORD2=… \
--   [SATCHEL_URL=mapi://mail.example.test] [SATCHEL_CA=ca.pem] lua5.4 examples/demo.lua
-- and by IMAP with another URL, and the server that sends:
--   SATCHEL_URL=imaps://mail.example.test SATCHEL_SMTP=smtp://mail.example.test:587
local satchel = require "satchel"
local core = require "satchel.core"

local function from_environment()
  local tls = os.getenv "SATCHEL_CA" and { ca = os.getenv "SATCHEL_CA" } or nil
  local function account(n)
    return { url = os.getenv "SATCHEL_URL", smtp = os.getenv "SATCHEL_SMTP", tls = tls,
      user = os.getenv("SATCHEL_USER" .. n), password = os.getenv("SATCHEL_PASSWORD" .. n) }
  end
  return account "", account "2"
end

local function from_sandbox()
  local sandbox = require "satchel.sandbox"
  local anna, bob = "anna@example.test", "bob@example.test"
  local box = sandbox.start { users = { [anna] = { password = "secret", name = "Anna" },
    [bob] = { password = "secret", name = "Bob" } } }
  box:seed { [anna] = {
    Inbox = { { subject = "Welcome", from = bob, text = "Hello", unread = true },
      { subject = "Invoice 2026-11", from = "billing@example.org", unread = true,
        text = "Please find the invoice attached.", received = "2026-11-20T09:00:00Z",
        attachments = { { name = "invoice.pdf", data = ("%PDF-1.7\n"):rep(3000) } } } },
    ["Inbox/Projects"] = { { subject = "Plan %d", from = bob, count = 40 } } } }
  local server = box:listen { tls = true }
  local function account(user)
    return { url = server.url, user = user, password = "secret", tls = { ca = server.ca },
      proxy = false }
  end
  return account(anna), account(bob), box
end

local last = 0
local function step(session, what)
  local now = session[session.protocol].round_trips
  print(("\n== %s  (%d round trip%s)"):format(what, now - last, now - last == 1 and "" or "s"))
  last = now
end

local first, second, box
if os.getenv "SATCHEL_USER" then first, second = from_environment()
else first, second, box = from_sandbox() end

local session <close> = satchel.connect(first)
step(session, "connected to " .. session.user .. " by " .. session.protocol)

local folders = {}
for folder in session:folders() do folders[#folders + 1] = folder end
step(session, #folders .. " folders")
for _, f in ipairs(folders) do
  if f.kind == "mail" then
    print(("%-36s %5d items, %5d unread"):format(f.path, f.total, f.unread))
  end
end

local inbox = session.inbox
local page = inbox:query { where = { unread = true }, order = "-received",
  fields = { "subject", "from", "received", "size" }, limit = 50 }:all()
step(session, ("%d unread messages in %s"):format(#page, inbox.path))
for _, m in ipairs(page) do
  print(("%s %8d bytes  %-22s %s"):format(os.date("!%Y-%m-%d %H:%M", m.received), m.size,
    m.from and m.from.email, m.subject))
end

local invoice = inbox:query { where = { subject = satchel.contains "invoice" } }:first()
step(session, invoice and "found " .. tostring(invoice) or "no invoice")
for _, attachment in ipairs(invoice and invoice.attachments or {}) do
  local path = attachment:save(os.tmpname(), { overwrite = true })
  step(session, "saved " .. attachment.name)
  local file <close> = assert(io.open(path, "rb"))
  local data = file:read "a"
  print(("%d bytes, SHA-256 %s"):format(#data, core.text.hex(core.text.sha256(data))))
  os.remove(path)
end

if page[1] then
  local reply = page[1]:reply { text = "Thank you, received." }
  reply.to = { second.user }
  step(session, "drafted a reply to " .. page[1].subject)
  local sent = reply:send()
  step(session, "sent it")
  print(sent.message_id)
end

last = 0
local other <close> = satchel.connect(second)
local seen
for _ = 1, 50 do -- a server takes a moment to deliver
  seen = other.inbox:query { where = { subject = satchel.prefix "Re:" }, order = "-received" }
    :first()
  if seen then break end
  satchel.sleep(0.1)
end
assert(seen, "the reply did not arrive")
local text = seen.text
step(other, other.user .. " sees")
print(("from %s: %s\n\n%s"):format(seen.from.email, seen.subject, text))

if box then box:close() end
