-- How many requests each verb takes, beside what the design promises; and the
-- time that they took.
--   lua5.4 bench/round_trips.lua

package.path = "bench/?.lua;" .. package.path

local account = require "account"
local gauge = require "gauge"
local many = require "many"
local satchel = require "satchel"

local FIELDS <const> = { "subject", "from", "received", "size", "unread", "flagged",
  "importance", "class" }
local MANY <const>, SOME <const>, PAGE <const> = 10000, 1000, 50

local failed = false

-- one line of the table; `base` is what was sent before
local function row(session, what, promised, fn)
  local before = session and session.mapi.round_trips or 0
  local from = gauge.now()
  local result = fn()
  local seconds = gauge.now() - from
  local took = (session or result).mapi.round_trips - before
  failed = failed or took > promised
  print(("  %-54s %8d %8d %s %9.1f ms"):format(what, promised, took,
    took > promised and "!" or " ", seconds * 1000))
  return result
end

-- connect without discovery: the endpoints are known
local function endpoints(options)
  local discovery = require "satchel.mapi.discovery"
  local transport = require("satchel.transport").new { proxy = options.proxy }
  local found = discovery.discover { user = options.user, transport = transport,
    auth = { user = options.user, password = options.password }, tls = options.tls,
    host = options.url and options.url:match "^mapi://(.*)$" }
  local copy = {}
  for k, v in pairs(options) do copy[k] = v end
  copy.url, copy.user_dn, copy.nspi_url = found.url, found.user_dn, found.nspi_url
  return copy
end

local function count(items)
  local n = 0
  for item in items do
    assert(item.subject)
    n = n + 1
  end
  return n
end

local function all_ok(results, n)
  assert(#results == n, #results)
  for _, result in ipairs(results) do
    if not result.ok then error(result.error) end
  end
  return results
end

local function read_message(folder, id)
  local item = folder:get(id)
  assert(#item.text > 0 and item.html:find "<b>")
  for _, attachment in ipairs(item.attachments) do
    assert(#attachment:read() == attachment.size or attachment.name)
  end
end

local function message_rows(session, folder, second)
  local data = ("0123456789abcdef"):rep(1280)
  local item = folder:create { subject = "Parts", text = "plain", html = "<b>rich</b>",
    attachments = { { name = "a.txt", data = "small" }, { name = "b.bin", data = data } } }
  local function read() read_message(folder, item.id) end
  row(session, "the first message, which asks for named properties", 3, read)
  row(session, "a message with text, html, small attachments", 2, read)
  local function send()
    session:send { to = { second.user, session.user }, cc = session.user, subject = "Bench",
      text = "hello", attachments = { { name = "a.bin", data = data } } }
  end
  row(session, "the first send: 3 recipients, 20 KiB attachment", 2, send)
  row(session, "send: 3 recipients with addresses, 20 KiB attachment", 1, send)
end

local function bulk_rows(session, folder, target)
  row(session, ("create 100 messages of up to 1.5 KB"), 5, function()
    all_ok(folder:create_all(many.drafts(1, 100)), 100)
  end)
  all_ok(folder:create_all(many.drafts(101, SOME)), SOME - 100)
  local ids = folder:query({ where = { subject = satchel.prefix "Message" } }):ids()
  assert(#ids == SOME, #ids)
  local known = folder:query { ids = ids }
  row(session, "mark read 1,000 items, ids known", 1, function()
    all_ok(known:update { unread = false }, SOME)
  end)
  row(session, "copy 1,000 items, ids known", 1, function()
    all_ok(known:copy(target), SOME)
  end)
  row(session, "move 1,000 items, ids known", 1, function()
    all_ok(known:move(target), SOME)
  end)
  local copies = target:query():ids()
  local half = target:query { ids = table.move(copies, 1, SOME, 1, {}) }
  row(session, "update other fields of 1,000 items", 5, function()
    all_ok(half:update { importance = "high" }, SOME)
  end)
  row(session, "delete 1,000 items, ids known", 1, function()
    all_ok(half:delete { hard = true }, SOME)
  end)
end

local function measure(place)
  print(("  %-54s %8s %8s"):format("", "promised", "measured"))
  local options = endpoints(place.first)
  local session <close> = row(nil, "connect and log on (no discovery)", 2, function()
    return satchel.connect(options)
  end)
  row(session, "all folders with names, kinds and counts", 1, function()
    for folder in session:folders() do assert(folder.name and folder.kind and folder.total) end
  end)
  local big, inbox = many.folder(session, MANY), session.inbox
  local _ = inbox.name
  row(session, ("first page (%d items, 8 fields)"):format(PAGE), 1, function()
    assert(count(big:items { fields = FIELDS, limit = PAGE }) == PAGE)
  end)
  row(session, "10,000 items, 8 fields, server that chains", 12, function()
    assert(count(big:items { fields = FIELDS }) == MANY)
  end)
  local name = "Satchel bench " .. os.time()
  local folder = session.root:create_folder(name)
  local target = folder:create_folder "target"
  local ok, err = xpcall(function()
    message_rows(session, folder, place.second)
    bulk_rows(session, folder, target)
  end, debug.traceback)
  folder:delete { hard = true }
  if not ok then error(err, 0) end
end

account.each({ users = 2 }, measure)
if failed then print "  !: more than promised" end
