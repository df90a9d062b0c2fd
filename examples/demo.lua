-- The main job, on an Exchange in a box that listens on a loopback port; all
-- that follows goes through HTTP.  With an account in the environment it runs
-- on a real server instead:
--   SATCHEL_URL=mapi://mail.example.test SATCHEL_USER=… SATCHEL_PASSWORD=… \
--   SATCHEL_USER2=… SATCHEL_PASSWORD2=… [SATCHEL_CA=ca.pem] lua5.4 examples/demo.lua
local satchel = require "satchel"
local core = require "satchel.core"

local function from_environment()
  local tls = os.getenv "SATCHEL_CA" and { ca = os.getenv "SATCHEL_CA" } or nil
  local function account(n)
    return { url = os.getenv "SATCHEL_URL", user = os.getenv("SATCHEL_USER" .. n),
      password = os.getenv("SATCHEL_PASSWORD" .. n), tls = tls }
  end
  return account "", account "2"
end

local function from_sandbox()
  local sandbox = require "satchel.sandbox"
  local anna, bob = "anna@example.test", "bob@example.test"
  local box = sandbox.start {
    users = { [anna] = { password = "secret", name = "Anna" }, [bob] = "secret" } }
  box:seed { [anna] = {
    Inbox = { { subject = "Welcome", from = bob, text = "Hello", unread = true },
      { subject = "Invoice 2026-11", from = "billing@example.org", unread = true,
        text = "Please find the invoice attached.", received = "2026-11-20T09:00:00Z",
        attachments = { { name = "invoice.pdf", data = ("%PDF-1.7\n"):rep(3000) } } } },
    ["Inbox/Projects"] = { { subject = "Plan", from = bob, count = 40 } } } }
  local server = box:listen { tls = true }
  local function account(user)
    return { url = server.url, user = user, password = "secret", tls = { ca = server.ca } }
  end
  return account(anna), account(bob), box
end

local last = 0
local function step(session, what)
  local now = session.mapi.round_trips
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
step(session, "folders")
for _, f in ipairs(folders) do
  print(("%-32s %-10s %5d items, %d unread"):format(f.path, f.kind, f.total, f.unread))
end

local page = session.inbox:query { where = { unread = true }, order = "-received",
  fields = { "subject", "from", "received", "size" }, limit = 50 }:all()
step(session, "unread messages in " .. session.inbox.path)
for _, m in ipairs(page) do
  print(os.date("!%Y-%m-%d %H:%M", m.received), m.size, m.from and m.from.email, m.subject)
end

local invoice = session.inbox:query { where = { subject = satchel.contains "invoice" } }:first()
if invoice then
  for _, attachment in ipairs(invoice.attachments) do
    local path = attachment:save(os.tmpname(), { overwrite = true })
    local file <close> = assert(io.open(path, "rb"))
    local data = file:read "a"
    step(session, "saved " .. attachment.name)
    print(#data .. " bytes, SHA-256 " .. core.text.hex(core.text.sha256(data)))
    os.remove(path)
  end
end

local message = page[1]
local reply = message:reply { text = "Thank you, received." }
reply.to = { second.user }
reply:send()
step(session, "replied to " .. message.subject)

local other <close> = satchel.connect(second)
last = 0
local seen = other.inbox:query { where = { subject = satchel.prefix "Re:" },
  order = "-received" }:first()
step(other, other.user .. " sees")
print(seen.from.email, seen.subject)
print(seen.text)

if box then box:close() end
