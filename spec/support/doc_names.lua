-- What the pieces of the documentation take for granted: names of a script around them,
-- with a mailbox that has in it what they look for.

local M = {}

local function message(subject, more)
  local fields = { subject = subject, from = "Bob <bob@example.test>", to = "anna@example.test",
    received = "2026-01-05", text = "The code is 123456.", unread = true,
    message_id = "<" .. subject:gsub(" ", ".") .. "@example.test>" }
  for name, value in pairs(more or {}) do fields[name] = value end
  return fields
end

local pdf <const> = { data = "%PDF", name = "invoice.pdf" }

local report <const> = table.concat({ "Subject: failed", "Content-Type: multipart/report; "
  .. "report-type=delivery-status; boundary=b", "", "--b", "", "It failed.", "--b",
  "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.test", "",
  "Final-Recipient: rfc822; nobody@example.test", "Action: failed", "Status: 5.1.1", "",
  "--b--", "" }, "\r\n")

-- what the piece before left; a sandbox is new for each
local function clear(session)
  for folder in session.root:folders() do
    if folder.role then folder:empty { hard = true } else folder:delete { hard = true } end
  end
end

---Fills a mailbox with what a piece speaks of.
---@param session satchel.Session
---@param text string the piece
function M.fill(session, text)
  if session.protocol ~= "mapi" then clear(session) end
  local inbox = session.inbox
  if text:find "%.report" then
    inbox:import { mime = report }
    return
  end
  inbox:create(message("Invoice 1001", { attachments = { pdf } }))
  inbox:create(message("Order 7", { html = "<p>Seven.</p>" }))
  inbox:import { mime = "Subject: list\r\nList-Id: <l.example.test>\r\n\r\nx\r\n" }
  for _, path in ipairs { "Archive/2026", "Lists", "Inbox/Invoices/2026", "Old",
    "Team" } do
    session:folder(path, { create = true })
  end
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

local letter <const> = "From: bob@example.test\r\nTo: anna@example.test\r\n"
  .. "Subject: Invoice 1\r\n\r\nx\r\n"

---Writes the files that pieces read, and removes those that others wrote.
function M.files()
  os.execute "rm -rf * && mkdir downloads mail invoices"
  for _, path in ipairs { "report.pdf", "plan.pdf" } do write(path, "%PDF") end
  for _, path in ipairs { "message.eml", "old.eml" } do write(path, letter) end
  write("report.eml", report)
end

local function pieces(...)
  local list, i = { ... }, 0
  return function()
    i = i + 1
    return list[i]
  end
end

-- the things that the scripts around would have
local function plain()
  local function nothing() end
  return { user = "anna@example.test", password = "secret", id = "client", secret = "s",
    path = "tokens.json", list = { "bob@example.test", "carol@example.test" }, text = "…",
    seen = {}, count = 0, people = { { email = "bob@example.test" } }, accounts = {},
    png = "\137PNG", pdf = "%PDF", next_piece = pieces("a,b\n", "1,2\n"), letter = nothing,
    messages = { { mime = letter }, { mime = letter } },
    list_or_iterator = { { subject = "one" }, { subject = "two" } },
    log = nothing, print = nothing, fn = nothing, nightly = nothing, bytes = letter,
    modseq = 1, count_other_mailbox = nothing,
    file = { read = function(_, n) return ("x"):rep(n) end },
    my_script = function(session) session:close() end }
end

---The names that a piece takes for granted.
---@param session satchel.Session
---@return table<string, any>
function M.of(session)
  local names = plain()
  names.session, names.imap, names.pop3, names.smtp = session, session.imap, session.pop3,
    session.smtp
  if not session:can "search" then return names end
  local query = session.inbox:query { order = "subject" }
  names.item, names.query, names.id = query:first(), query, query:ids()[1]
  names.other_item, names.folder = names.item, session.inbox
  if not session:can "folders" then return names end
  names.folder = session:folder("Archive/2026", { create = true })
  names.from, names.to = session, session
  names.uid = names.id:match "%.(%d+)$"
  names.uids = { tonumber(names.uid) }
  return names
end

return M
