-- One Dovecot on loopback, one mailbox of 10,000 messages: what Satchel takes for the
-- bodies, and for the envelopes with flags and sizes, beside a bare loop that reads the
-- same bytes and throws them away, Python's imaplib and imapflow of npm.  Then 1,000
-- messages are uploaded, beside mbsync.
--   lua5.4 bench/imap.lua [FOLDER]    FOLDER has real mail (see bench/mail_sets.lua);
--                                     without it the mail is made up
-- imapflow is measured where build/npm has it: npm install --prefix build/npm imapflow

package.path = "bench/?.lua;spec/?.lua;" .. package.path

local dovecot = require "support.dovecot"
local gauge = require "gauge"
local satchel = require "satchel"

local USER <const>, SECRET <const> = "anna@example.test", "secret"
local MESSAGES <const>, UPLOADS <const>, ROUNDS <const> = 10000, 1000, 7

local BODIES <const> = "UID FETCH 1:* (UID BODY.PEEK[])"
local ENVELOPES <const> = "UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)"

-- The mail ------------------------------------------------------------------------

local function read(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read "a"
  file:close()
  return bytes
end

local function write(path, bytes)
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  return path
end

local TEMPLATE <const> = [[
From: Terry Gray <gray%d@example.test>
To: imap list <imap@lists.example.test>, Jon <jon%d@example.test>
Subject: =?utf-8?Q?Protokoll_der_Gr=C3=B6=C3=9Fe_?= %d
Date: Wed, 17 Jul 1996 02:23:25 -0700
Message-ID: <%d@lists.example.test>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

%s]]

local function made_up(i)
  local line = ("Line of number %d, as people write them: no more than this.\n"):format(i)
  return TEMPLATE:format(i, i, i, i, line:rep(5 + i * 37 % 230))
end

-- a function that gives message i
local function source(folder)
  if not folder then return made_up end
  local list = {}
  local sets = require "mail_sets"
  for _, set in ipairs(sets.sets) do
    for _, path in ipairs(sets.files(folder, set)) do
      local bytes = read(path)
      -- mail that is empty or huge says nothing of the rest
      if #bytes > 200 and #bytes < 100000 and not bytes:find "\0" then list[#list + 1] = bytes end
    end
  end
  return function(i) return list[(i - 1) % #list + 1] end
end

local function fill(maildir, message, count)
  local total = 0
  for _, sub in ipairs { "cur", "new", "tmp" } do
    os.execute(("mkdir -p '%s/%s'"):format(maildir, sub))
  end
  for i = 1, count do
    local bytes = message(i)
    total = total + #bytes
    write(("%s/cur/%d.M%dP1.bench:2,S"):format(maildir, 1700000000 + i, i), bytes)
  end
  return total
end

-- Those beside which it is measured -----------------------------------------------

local python <const> = [[
import imaplib, resource, sys, time
m = imaplib.IMAP4("127.0.0.1", int(sys.argv[1]))
m.login(sys.argv[2], sys.argv[3])
m.select("INBOX")
start = time.monotonic()
ok, data = m.uid("fetch", "1:*", sys.argv[4].split(" ", 3)[3])
print(time.monotonic() - start, len(data),
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
]]

-- what a program takes
local timed <const> = [[
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(time.monotonic() - start, 0, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
]]

local node <const> = [[
const { ImapFlow } = require("imapflow");
(async () => {
  const [port, user, pass, what] = process.argv.slice(2);
  const c = new ImapFlow({ host: "127.0.0.1", port: +port, secure: false, doSTARTTLS: false,
    auth: { user, pass }, logger: false, disableCompression: true });
  await c.connect();
  const lock = await c.getMailboxLock("INBOX");
  const query = what.includes("ENVELOPE")
    ? { uid: true, flags: true, internalDate: true, size: true, envelope: true }
    : { uid: true, source: true };
  const start = process.hrtime.bigint();
  let n = 0;
  for await (const m of c.fetch("1:*", query)) n++;
  console.log(Number(process.hrtime.bigint() - start) / 1e9, n, process.resourceUsage().maxRSS);
  lock.release();
  await c.logout();
})();
]]

local function run(command)
  local pipe = assert(io.popen(command))
  local seconds, count, peak = pipe:read("n", "n", "n")
  pipe:close()
  return seconds, count, peak
end

local function quoted(...)
  local list = { ... }
  for i, word in ipairs(list) do list[i] = "'" .. tostring(word) .. "'" end
  return table.concat(list, " ")
end

local function others(server, what)
  local place = server.dir
  local arguments = quoted(server.imap, USER, SECRET, what)
  local list = { { "bare loop in C", place .. "/imap_bare " .. arguments } }
  list[2] = { "Python imaplib", "python3 " .. write(place .. "/fetch.py", python) .. " "
    .. arguments }
  if io.open "build/npm/node_modules/imapflow/package.json" then
    list[3] = { "imapflow", "NODE_PATH=build/npm/node_modules node "
      .. write(place .. "/fetch.cjs", node) .. " " .. arguments }
  end
  return list
end

-- Reading -------------------------------------------------------------------------

local function count_of(iterator)
  local n = 0
  for _ in iterator do n = n + 1 end
  return n
end

local function open(server, user)
  return satchel.connect { url = server.url "imap", user = user or USER, password = SECRET,
    tls = false, proxy = false, timeout = 600 }
end

local function fetched(session, what)
  return count_of(session.imap:fetch("INBOX", "1:*", what:match "%(.*%)"))
end

local function line(name, seconds, peak, bare)
  print(("%-28s %8.1f ms  x %.2f  peak %s"):format(name, seconds * 1000, seconds / bare,
    gauge.mib(peak)))
end

-- medians of rounds in which everybody has a turn
local function compare(title, server, what, satchels)
  local list, times, peaks = others(server, what), {}, {}
  local function note(name, seconds, peak)
    times[name] = times[name] or {}
    table.insert(times[name], seconds)
    peaks[name] = math.max(peaks[name] or 0, peak)
  end
  for round = 1, ROUNDS do
    for i, other in ipairs(list) do
      if i == 1 or round <= 3 then
        local seconds, _, peak = run(other[2])
        note(other[1], seconds, peak)
      end
    end
    for _, own in ipairs(satchels) do
      -- a connection of its own for each, as the others have
      local session <close> = open(server)
      session.imap:select "INBOX"
      local seconds, peak, n = gauge.measure(function() return own[2](session) end)
      assert(n == MESSAGES, own[1])
      note(own[1], seconds, peak)
    end
  end
  print("\n" .. title)
  local bare = gauge.median(times[list[1][1]])
  for _, group in ipairs { list, satchels } do
    for _, each in ipairs(group) do
      line(each[1], gauge.median(times[each[1]]), peaks[each[1]], bare)
    end
  end
end

-- Uploading -----------------------------------------------------------------------

-- Into an account that has nothing else: Dovecot's quota counts the whole INBOX at
-- each APPEND, whoever sends it, until something has made its sum.
local UPLOADER <const> = "ben@example.test"

local mbsync <const> = [[
FSync no

IMAPAccount a
Host 127.0.0.1
Port %d
User %s
Pass %s
SSLType None
AuthMechs LOGIN

IMAPStore far
Account a

MaildirStore near
Path %s/
Inbox %s/inbox

Channel up
Far :far:mbsync%d
Near :near:out
Create Far
Sync Push New
SyncState %s/
]]

-- a Maildir that is not of this second: mbsync would wait for the next
local function aged(maildir, message, count)
  local total = fill(maildir, message, count)
  os.execute(("touch -d '1 hour ago' '%s/cur' '%s/new'"):format(maildir, maildir))
  return total
end

local function upload_by_mbsync(server, message, round)
  local place = ("%s/mbsync%d"):format(server.dir, round)
  os.execute(("mkdir -p '%s/state'"):format(place))
  aged(place .. "/inbox", message, 0)
  aged(place .. "/out", message, UPLOADS)
  local config = write(place .. "/mbsyncrc", mbsync:format(server.imap, UPLOADER, SECRET, place,
    place, round, place .. "/state"))
  local seconds, _, peak = run(("python3 '%s' mbsync -q -c '%s' up 2>'%s/log'"):format(
    write(server.dir .. "/time.py", timed), config, place))
  return seconds, peak
end

local function all_ok(results)
  assert(#results == UPLOADS)
  for _, result in ipairs(results) do assert(result.ok, tostring(result.error)) end
end

-- what uploads the same messages, each into a folder of its own
local function uploaders(message)
  local crlf = {}
  for i = 1, UPLOADS do crlf[i] = (message(i):gsub("\r?\n", "\r\n")) end
  return {
    { "session.imap:append", function(session, folder)
      assert(#session.imap:append(folder, crlf).uids == UPLOADS)
    end },
    { "folder:import_all", function(_, folder)
      local i = 0
      all_ok(folder:import_all(function()
        i = i + 1
        return crlf[i] and { mime = crlf[i] }
      end))
    end },
    { "folder:import, one by one", function(_, folder)
      for i = 1, UPLOADS do folder:import { mime = crlf[i] } end
    end },
    { "folder:create_all, built", function(_, folder)
      local i = 0
      all_ok(folder:create_all(function()
        i = i + 1
        return i <= UPLOADS and { subject = "n" .. i, from = UPLOADER,
          text = ("a line of text\n"):rep(#crlf[i] // 15) } or nil
      end))
    end },
  }
end

local function uploads(server, message)
  local own, times, peaks = uploaders(message), {}, {}
  local function note(name, seconds, peak)
    times[name] = times[name] or {}
    table.insert(times[name], seconds)
    peaks[name] = math.max(peaks[name] or 0, peak)
  end
  for round = 1, 3 do
    note("mbsync", upload_by_mbsync(server, message, round))
    for i, each in ipairs(own) do
      local start = gauge.now()
      local session <close> = open(server, UPLOADER)
      local folder = session.root:create_folder(("%d of round %d"):format(i, round))
      local connecting = gauge.now() - start
      local seconds, peak = gauge.measure(function() each[2](session, folder) end)
      note(each[1], connecting + seconds, peak)
    end
  end
  local total = 0
  for i = 1, UPLOADS do total = total + #message(i) end
  print(("\n%d messages of %.1f MiB uploaded, with connecting; medians of 3 rounds"):format(UPLOADS,
    total / (1 << 20)))
  local theirs = gauge.median(times.mbsync)
  line("mbsync", theirs, peaks.mbsync, theirs)
  for _, each in ipairs(own) do
    line(each[1], gauge.median(times[each[1]]), peaks[each[1]], theirs)
  end
end

-- All -----------------------------------------------------------------------------

local message = source(arg[1])
local server <close> = dovecot.start { users = { [USER] = SECRET, [UPLOADER] = SECRET },
  protocols = { "imap" } }
local session <close> = open(server)
session.inbox:query():count() -- makes the Maildir
local maildir = ("%s/mail/%s/Maildir"):format(server.dir, USER)
local total = fill(maildir, message, MESSAGES)
os.execute(("chown -R --reference='%s' '%s'"):format(maildir, maildir))
assert(os.execute(("cc -O2 -D_GNU_SOURCE -o '%s/imap_bare' bench/imap_bare.c"):format(server.dir)))
print(("%d messages, %.1f MiB; medians of %d rounds (of 3 for the others' libraries)"):format(
  MESSAGES, total / (1 << 20), ROUNDS))
-- the server's own caches are filled before anybody is measured
for _, what in ipairs { ENVELOPES, BODIES } do run(others(server, what)[1][2]) end

compare("bodies", server, BODIES, {
  { "session.imap:fetch", function(own) return fetched(own, BODIES) end },
})
compare("envelopes, flags, sizes", server, ENVELOPES, {
  { "session.imap:fetch", function(own) return fetched(own, ENVELOPES) end },
  { "folder:items", function(own)
    return count_of(own.inbox:items { fields = { "subject", "from", "to", "sent",
      "received", "size", "unread", "flagged", "message_id" } })
  end },
})
uploads(server, message)
