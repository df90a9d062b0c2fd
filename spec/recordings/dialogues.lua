-- Writes the dialogues of spec/recordings/{imap,pop3,smtp} anew, as root:
--   lua5.4 spec/recordings/dialogues.lua [NAME [PORT USER PASSWORD]]
-- Without arguments with the Dovecot and Postfix of support.mail_servers; with
-- a name those of IMAP with that peer (cyrus, courier) or with the server at
-- the port, as imap/NAME-*.txt.
package.path = "spec/?.lua;" .. package.path

local dialogue = require "support.dialogue"
local messages = require "recordings.messages"
local mime_base64 = require("satchel.core").text.base64
local servers = require "support.mail_servers"

local function append(mailbox, message, flags, plus)
  return ("APPEND %s %s\"01-Jan-2026 12:00:00 +0000\" {%d%s}\r\n%s"):format(mailbox,
    flags and "(" .. flags .. ") " or "", #message, plus or "", message)
end

-- each is a list of commands; after LOGIN but where the first word is "-"
local imap = {
  login = { "-", "CAPABILITY", "NOOP", "LOGIN $user wrong", "BOGUS", "LOGIN $user $password",
    "CAPABILITY", 'ID ("name" "satchel" "version" NIL)', "NAMESPACE", 'LIST "" "*"',
    'LSUB "" "*"', 'LIST "" "" RETURN (CHILDREN)' },
  folders = { 'CREATE "Gr&APYA3w-e"', "CREATE a/b", 'CREATE "we ird \\"q"', "CREATE a/b",
    'LIST "" (*) RETURN (CHILDREN SPECIAL-USE SUBSCRIBED STATUS (MESSAGES UNSEEN UIDNEXT '
      .. "UIDVALIDITY HIGHESTMODSEQ SIZE))", 'LIST (SUBSCRIBED) "" "*"', 'LIST "" %',
    "STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)", "STATUS none (MESSAGES)",
    "SUBSCRIBE a/b", "RENAME a/b a/c", "RENAME none other", 'LSUB "" "*"', "UNSUBSCRIBE a/b",
    "SELECT none", "EXAMINE a/c", "CLOSE", "DELETE a/c", "DELETE a", "DELETE none",
    "CREATE $toolong", "DELETE $toolong", 'DELETE "Gr&APYA3w-e"', 'DELETE "we ird \\"q"' },
  append = { "CREATE dialogue", append("dialogue", messages.plain),
    append("dialogue", messages.mixed, "\\Seen $Work", "+"),
    append("dialogue", messages.bare, "\\Flagged \\Answered", "+"), "APPEND none {4+}\r\nabcd",
    "CREATE many", append("many", messages.plain, nil, "+") .. " (\\Draft) {"
      .. #messages.bare .. "+}\r\n" .. messages.bare,
    'APPEND many CATENATE (TEXT {18+}\r\nSubject: joined\r\n\r\n TEXT {4+}\r\nbody)' },
  fetch = { "SELECT dialogue (CONDSTORE)",
    "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ)", "FETCH 1:* (UID ENVELOPE)",
    "FETCH 1:* (UID BODYSTRUCTURE)", "FETCH 1:* BODY", "UID FETCH 1:* (BODY.PEEK[])",
    "FETCH 2 (BODY.PEEK[1.MIME] BODY.PEEK[1.1] BODY.PEEK[3.HEADER] BODY.PEEK[3.TEXT])",
    "FETCH 2 (BODY.PEEK[]<10.20> BINARY.PEEK[2] BINARY.SIZE[2] BODY.PEEK[4])",
    "FETCH 1:3 (BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)] BODY.PEEK[HEADER.FIELDS.NOT (To)])",
    "FETCH 1:3 (PREVIEW SAVEDATE)", "FETCH 9 FLAGS", "UID FETCH 99 FLAGS", "FETCH x",
    "FETCH 1 BODY[TEXT]", 'GENURLAUTH "imap://anna%40example.test@localhost/dialogue/;uid=1;'
      .. 'urlauth=user+anna%40example.test" INTERNAL' },
  search = { "SELECT dialogue", "SEARCH ALL", "UID SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN",
    "SEARCH RETURN () SUBJECT nothing", "UID SEARCH SUBJECT mixed", "SEARCH MODSEQ 1",
    "UID SEARCH CHARSET UTF-8 SUBJECT {7+}\r\nGr\xC3\xB6\xC3\x9Fe",
    "SEARCH CHARSET X-NONE TEXT a", "SEARCH RETURN (SAVE) SEEN", "FETCH $ FLAGS",
    "UID SORT (REVERSE DATE) UTF-8 ALL", "SORT RETURN (COUNT PARTIAL 1:2) (SUBJECT) UTF-8 ALL",
    "UID THREAD REFERENCES UTF-8 ALL", "SEARCH OLDER 1 YOUNGER 99999" },
  store = { "SELECT dialogue", "STORE 1 +FLAGS (\\Seen $Label)",
    "UID STORE 1:3 -FLAGS.SILENT (\\Seen)",
    "STORE 1:3 (UNCHANGEDSINCE 1) FLAGS (\\Flagged)", "STORE 1 +FLAGS (\\None)",
    "UID COPY 1:2 many", "UID MOVE 1 many", "COPY 1 none", "UID STORE 2 +FLAGS (\\Deleted)",
    "UID EXPUNGE 2", "STORE 1 +FLAGS \\Deleted", "EXPUNGE", "SELECT many", "UNSELECT",
    "FETCH 1 FLAGS", "EXPUNGE" },
  qresync = { "ENABLE QRESYNC", "SELECT many (QRESYNC (1 1))", "UID STORE 1 +FLAGS (\\Deleted)",
    "EXPUNGE", "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)",
    "SELECT many (QRESYNC ($uidvalidity 1 1:9))", "UID FETCH 2 (FLAGS MODSEQ)" },
  rights = { "GETACL INBOX", "SETACL INBOX bob@example.test lr", "GETACL INBOX",
    "LISTRIGHTS INBOX bob@example.test", "MYRIGHTS INBOX", "DELETEACL INBOX bob@example.test",
    "GETQUOTAROOT INBOX", 'GETQUOTA "User quota"',
    'SETMETADATA INBOX (/private/comment {8+}\r\nmy notes)',
    "GETMETADATA INBOX (/private/comment /shared/comment)",
    "GETMETADATA (DEPTH infinity MAXSIZE 4) INBOX (/private)" },
}
local order = { "login", "folders", "append", "fetch", "search", "store", "qresync", "rights" }

local function record_imap(name, port, user, password, prefix)
  local plus
  local function placed(command)
    command = command:gsub("%f[%w]dialogue", prefix .. "%0"):gsub(" many", " " .. prefix .. "many")
    return plus and command or (command:gsub("{(%d+)%+}", "{%1}"))
  end
  local values = { user = user, password = password, toolong = ("x"):rep(300) }
  for _, each in ipairs(order) do
    local d = dialogue.open(port)
    plus = d:hear "^%* ":find("LITERAL+", 1, true)
    for i, command in ipairs(imap[each]) do
      if i == 1 and command ~= "-" then d:run(("LOGIN %s %s"):format(user, password)) end
      if command ~= "-" then
        local from = #d.lines
        local said, done = pcall(d.run, d, (placed(command):gsub("%$(%l+)", values)))
        if not said then break end -- it hung up, which is a recording, too
        -- Courier counts what it does not know, and hangs up
        if prefix ~= "" and not done:find " OK" then d:run "NOOP" end
        values.uidvalidity = table.concat(d.lines, "", from + 1):match "UIDVALIDITY (%d+)"
          or values.uidvalidity
      end
    end
    pcall(d.run, d, "LOGOUT")
    d:write(("spec/recordings/imap/%s-%s.txt"):format(name, each))
  end
  local d, other = dialogue.open(port), dialogue.open(port)
  for _, each in ipairs { d, other } do
    each:hear "^%* "
    each:run(("LOGIN %s %s"):format(user, password))
    each:run(placed "SELECT dialogue")
  end
  d:say "b1 IDLE"
  d:hear "^%+"
  pcall(function() -- not all servers tell at once
    other:run(placed(append("dialogue", messages.bare, nil, "+")))
    d:hear "EXISTS"
    other:run "NOOP"
    other:run "STORE * +FLAGS (\\Seen)"
    d:hear "FETCH"
    other:run "STORE * +FLAGS (\\Deleted)"
    d:hear "FETCH"
    other:run "EXPUNGE"
    d:hear "EXPUNGE"
    d:say "DONE"
    d:hear "^b1 "
    d:run "LOGOUT"
  end)
  d:write(("spec/recordings/imap/%s-idle.txt"):format(name))
  other:run "SELECT INBOX"
  for _, mailbox in ipairs { "dialogue", "many", "a/c", "a", '"Gr&APYA3w-e"', '"we ird \\"q"' } do
    other:run(placed("DELETE " .. mailbox))
  end
  other.c:close()
end

local function record_sasl(port, user, password)
  local secret = mime_base64("\0" .. user .. "\0" .. password)
  local d = dialogue.open(port)
  d:hear "^%* "
  d:run("AUTHENTICATE PLAIN " .. mime_base64("\0" .. user .. "\0wrong"))
  d:run "AUTHENTICATE X-NONE"
  d:say "b1 AUTHENTICATE CRAM-MD5"
  d:hear "^%+ "
  d:say "*"
  d:hear "^b1 "
  d:say "b2 AUTHENTICATE LOGIN"
  d:hear "^%+ "
  d:say(mime_base64(user))
  d:hear "^%+ "
  d:say(mime_base64(password))
  d:hear "^b2 "
  d:run "LOGOUT"
  d:write "spec/recordings/imap/dovecot-sasl.txt"
  d = dialogue.open(port)
  d:hear "^%* "
  d:run("AUTHENTICATE PLAIN " .. secret)
  d:run "LOGOUT"
  d:write "spec/recordings/imap/dovecot-sasl-ir.txt"
  d = dialogue.open(port)
  d:hear "^%* "
  d:run "STARTTLS"
  d:write "spec/recordings/imap/dovecot-starttls.txt"
end

local function record_pop3(name, port, user, password)
  local d = dialogue.open(port)
  d:hear "^%+OK"
  local function one(command) d:say(command) d:hear "^[+-]" end
  local function many(command) d:say(command) d:hear "^%.\r\n$" end
  many "CAPA"
  one "STAT"
  one("USER " .. user)
  one "PASS wrong"
  d:write(("spec/recordings/pop3/%s-refused.txt"):format(name))
  d = dialogue.open(port)
  d:hear "^%+OK"
  one("USER " .. user)
  one("PASS " .. password)
  many "CAPA"
  one "STAT"
  many "LIST"
  many "UIDL"
  one "LIST 1"
  one "UIDL 1"
  one "LIST 99"
  many "TOP 1 0"
  many "TOP 1 1"
  many "RETR 1"
  many "RETR 2"
  one "NOOP"
  one "DELE 1"
  one "RETR 1"
  one "DELE 1"
  one "RSET"
  d:say "STAT\r\nLIST 2\r\nDELE 3\r\nNOOP"
  for _ = 1, 4 do d:hear "^[+-]" end
  one "QUIT"
  d:write(("spec/recordings/pop3/%s-session.txt"):format(name))
end

local function record_smtp(path, port, greeting, more)
  local d = dialogue.open(port)
  local function one(command) d:say(command) return d:hear "^%d%d%d " end
  d:hear "^220 "
  one(greeting)
  more(d, one)
  one "QUIT"
  d:write("spec/recordings/smtp/" .. path .. ".txt")
end

local stuffed <const> = "Subject: dots\r\n\r\n..\r\n..dot\r\nbody\r\n."

local function record_postfix(postfix)
  local secret = mime_base64("\0bob@example.test\0" .. servers.users["bob@example.test"])
  record_smtp("postfix-send", postfix.smtp, "EHLO client.example.test", function(d, one)
    d:say("MAIL FROM:<bob@example.test> SIZE=50\r\nRCPT TO:<anna@example.test>\r\n"
      .. "RCPT TO:<nobody@example.test>\r\nRCPT TO:<carol@example.test>\r\nDATA")
    for _ = 1, 5 do d:hear "^%d%d%d " end
    one(stuffed)
    one "MAIL FROM:<bob@example.test>"
    one "RCPT TO:<nobody@example.test>"
    one "RCPT TO:<x@elsewhere.test>"
    one "DATA"
    one "RSET"
    one "MAIL FROM:<bob@example.test> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159"
    one "RCPT TO:<anna@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;anna@example.test"
    d:say "BDAT 17\r\nSubject: chunks"
    d:hear "^%d%d%d "
    d:say "BDAT 11 LAST\r\n\r\nbody \xC3\xBC"
    d:hear "^%d%d%d "
    one "BOGUS"
    one "VRFY nobody@example.test"
    one "MAIL FROM:<bob@example.test> SIZE=99999999"
  end)
  record_smtp("postfix-auth", postfix.smtp, "EHLO client.example.test", function(_, one)
    one "AUTH X-NONE"
    one "AUTH CRAM-MD5"
    one "*"
    one("AUTH PLAIN " .. mime_base64 "\0bob@example.test\0wrong")
    one "AUTH LOGIN"
    one(mime_base64 "bob@example.test")
    one(mime_base64 "wrong")
    one "AUTH PLAIN"
    one(secret)
    one "AUTH PLAIN"
  end)
  record_smtp("postfix-submission", postfix.submission, "EHLO client.example.test",
    function(_, one)
      one "MAIL FROM:<bob@example.test>"
      one "HELP"
    end)
  record_smtp("postfix-helo", postfix.smtp, "HELO client.example.test", function(_, one)
    one "MAIL FROM:<bob@example.test>"
    one "RCPT TO:<anna@example.test>"
    one "DATA"
    one "Subject: old\r\n\r\nold\r\n."
  end)
end

local function record_lmtp(dovecot)
  record_smtp("dovecot-lmtp", dovecot.lmtp, "LHLO client.example.test", function(d, one)
    d:say("MAIL FROM:<bob@example.test>\r\nRCPT TO:<anna@example.test>\r\n"
      .. "RCPT TO:<nobody@example.test>\r\nRCPT TO:<quota@example.test>\r\nDATA")
    for _ = 1, 5 do d:hear "^%d%d%d " end
    d:say("Subject: two results\r\n\r\n" .. (("x"):rep(70) .. "\r\n"):rep(1600) .. ".")
    for _ = 1, 2 do d:hear "^%d%d%d " end
    one "RSET"
  end)
end

-- three messages for POP3
local function fill(port)
  for _, each in ipairs { "plain", "mixed", "bare" } do
    local d = dialogue.open(port)
    d:hear "^%* "
    d:run "LOGIN carol@example.test secret-3"
    d:run(append("INBOX", messages[each]))
    d.c:close()
  end
end

local name, port, user, password = table.unpack(arg)
if name and not port then
  local peer = require("support.peers." .. name).start(servers.users)
  record_imap(name, peer.imap, "anna@example.test", "secret", peer.prefix or "")
  fill(peer.imap)
  record_pop3(name, peer.pop3, "carol@example.test", "secret-3")
  peer:stop()
elseif name then
  record_imap(name, math.tointeger(tonumber(port)), user, password, "")
else
  local dovecot, postfix = servers.dovecot(), servers.postfix()
  record_imap("dovecot", dovecot.imap, "anna@example.test", "secret", "")
  record_sasl(dovecot.imap, "anna@example.test", "secret")
  fill(dovecot.imap)
  record_pop3("dovecot", dovecot.pop3, "carol@example.test", "secret-3")
  record_postfix(postfix)
  record_lmtp(dovecot)
end
