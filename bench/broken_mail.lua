-- How much of broken and foreign-charset mail is read.
--   lua5.4 bench/broken_mail.lua FOLDER     FOLDER has OWNER+NAME of bench/mail_sets.lua
-- A file is read if it has fields and content, all text of it is UTF-8 without a
-- character that stands for a lost one (unless it came with such), and no limit was
-- reached.  The reason is given
-- for each that was not.

package.path = "bench/?.lua;" .. package.path

local mime = require "satchel.mime"
local satchel = require "satchel"
local sets = require "mail_sets"

local lost <const> = "\u{FFFD}"

local texts <const> = { "subject", "text", "html", "message_id" }
local addresses <const> = { "from", "sender", "to", "cc", "bcc", "reply_to" }

local sender_lost -- whether the message came with such characters

local function check_text(what, text)
  if not text then return nil end
  if not utf8.len(text) then return what .. " is not UTF-8" end
  if text:find(lost, 1, true) and not sender_lost then return what .. " has lost characters" end
end

local function check_addresses(record)
  for _, name in ipairs(addresses) do
    local value = record[name]
    for _, each in ipairs(value and (value.email and { value } or value) or {}) do
      local why = check_text(name, each.name) or check_text(name, each.email)
      if why then return why end
    end
  end
end

local function has_content(record)
  return (record.text or record.html or "") ~= "" or #record.attachments > 0
end

local reason -- declared: an embedded message is judged as its own

local function check_attachments(record, depth)
  for _, each in ipairs(record.attachments) do
    local why = check_text("the name of an attachment", each.name)
    if why then return why end
    local reader, size = each.open(), 0
    for piece in function() return reader:read(65536) end do size = size + #piece end
    if size ~= each.size then return "an attachment has not the size that was told" end
    if each.embedded and depth < 10 then
      local inner = mime.record(each.message())
      why = has_content(inner) and reason(inner, depth + 1)
      if why then return "in an embedded message: " .. why end
    end
  end
end

function reason(record, depth)
  for _, name in ipairs(texts) do
    local why = check_text(name, record[name])
    if why then return why end
  end
  for _, flaw in ipairs(record.raw:flaws()) do
    if flaw == "a limit was reached" then return flaw end
  end
  return check_addresses(record) or check_attachments(record, depth)
end

local function judge(path)
  local ok, record = satchel.try(mime.read, { path = path })
  if not ok then return tostring(record) end
  sender_lost = record.raw:bytes():find(lost, 1, true) ~= nil
  if record.size == 0 then return "the file is empty" end
  if #record.raw:fields({ "headers" }).headers == 0 then
    return has_content(record) and "no header: all of it is taken as text" or "nothing in it"
  end
  return reason(record, 1), record.raw:flaws()
end

local function run(folder)
  local total, total_read = 0, 0
  for _, set in ipairs(sets.sets) do
    local files, unread, flawed = sets.files(folder, set), {}, 0
    for _, path in ipairs(files) do
      local why, flaws = judge(path)
      if why then unread[#unread + 1] = { path, why } end
      if flaws and #flaws > 0 then flawed = flawed + 1 end
    end
    print(#files == 0 and ("%-45s is not there"):format(set[1])
      or ("%-45s %4d files, %4d read (%d of them malformed)"):format(set[1], #files,
        #files - #unread, flawed))
    for _, each in ipairs(unread) do
      print(("    %s: %s"):format(each[1]:sub(#folder + #set[1] + 3), each[2]))
    end
    total, total_read = total + #files, total_read + #files - #unread
  end
  print(("%-45s %4d files, %4d read"):format("all", total, total_read))
  return total
end

if not arg[1] or run((arg[1]:gsub("/$", ""))) == 0 then
  print "no set found: give the folder that holds them, see bench/mail_sets.lua"
end
