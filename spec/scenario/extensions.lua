-- Extensions that few servers offer, each by the methods of session.imap: on the peer
-- where it offers them, else on a server that plays a script.  In the mailbox are three
-- messages; the script's have the UIDs 1, 2, 3.

local assert = require "luassert"
local board = require "support.board"
local connection = require "satchel.imap.connection"
local core = require "satchel.core"
local line_peer = require "support.line_peer"
local native = require "satchel.imap.native"

local BOX <const> = "Extensions"
local WIDE <const> = "Subject: Grüße\r\n\r\nwide\r\n"

local function message(n)
  return ("From: a@example.test\r\nSubject: number %d\r\n\r\nthe body of %d\r\n"):format(n, n)
end

local function all(...)
  local list = {}
  for one in ... do list[#list + 1] = one end
  return list
end

-- What the script says --------------------------------------------------------------

local SELECT <const> = "C: $tag SELECT \"" .. BOX .. "\"\nS: * 3 EXISTS\nS: * FLAGS (\\Seen)\n"
  .. "S: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\nS: $tag OK [READ-WRITE] x\n"
local EXAMINE <const> = SELECT:gsub("SELECT", "EXAMINE"):gsub("WRITE", "ONLY")

-- a command and the untagged responses to it
local function answer(command, ...)
  local lines = { "C: $tag " .. command }
  for i, line in ipairs { ... } do lines[i + 1] = "S: * " .. line end
  lines[#lines + 1] = "S: $tag OK x"
  return table.concat(lines, "\n") .. "\n"
end

local function literal(command, bytes, tail)
  return ("C: $tag %s{%d+}\nC# %d\nC: %s\n"):format(command, #bytes, #bytes, tail or "")
end

-- The extensions --------------------------------------------------------------------

-- rows of { name, script, what is to be true of session.imap and the UIDs }
local rows <const> = {
  { "REPLACE", SELECT .. literal('UID REPLACE 1 "' .. BOX .. '" ', message(4))
    .. "S: * OK [APPENDUID 7 4] x\nS: * 4 EXISTS\nS: * 1 EXPUNGE\nS: $tag OK x\n"
    .. answer("UID SEARCH ALL", "SEARCH 2 3 4")
    .. answer("UID FETCH 4 BODY.PEEK[]", ("3 FETCH (UID 4 BODY[] {%d}"):format(#message(4)))
      :gsub("S: %$tag OK x\n$", "S- " .. message(4):gsub("\r\n", "\\r\\n") .. ")\\r\\n\n%0"),
    function(imap, uids)
      local stored = imap:replace(BOX, uids[1], message(4)).uids
      assert.equal(1, #stored)
      assert.same({ uids[2], uids[3], stored[1] }, imap:search(BOX, "ALL"))
      assert.equal(message(4), all(imap:fetch(BOX, stored, "BODY.PEEK[]"))[1].sections["BODY[]"])
    end },
  { "PREVIEW", EXAMINE .. answer("UID FETCH 2 PREVIEW", '2 FETCH (UID 2 PREVIEW "the body of 2")')
    .. answer("UID FETCH 3 (PREVIEW (LAZY))", "3 FETCH (UID 3 PREVIEW NIL)"),
    function(imap, uids)
      for i, items in ipairs { "PREVIEW", "PREVIEW (LAZY)" } do
        local got = all(imap:fetch(BOX, uids[i + 1], items))
        assert.equal(1, #got)
        -- RFC 8970 3.2: there need not be one
        local preview = got[1].preview or "the body of " .. i + 1
        assert.equal("the body of " .. i + 1, preview)
      end
    end },
  { "SAVEDATE", EXAMINE
    .. answer("UID FETCH 2 SAVEDATE", "2 FETCH (UID 2 SAVEDATE \"" .. os.date "!%d-%b-%Y %H:%M:%S"
      .. " +0000\")")
    .. answer("UID SEARCH SAVEDSINCE 1-Jan-2020", "SEARCH 1 2 3")
    .. answer("UID SEARCH SAVEDBEFORE 1-Jan-2020", "SEARCH"),
    function(imap, uids)
      local saved = all(imap:fetch(BOX, uids[2], "SAVEDATE"))[1].savedate
      assert.is_true(math.abs(os.time() - saved) < 300, tostring(saved))
      assert.same(uids, imap:search(BOX, "SAVEDSINCE 1-Jan-2020"))
      assert.same({}, imap:search(BOX, "SAVEDBEFORE 1-Jan-2020"))
    end },
  { "OBJECTID", EXAMINE .. answer("UID FETCH 2:3 (EMAILID THREADID)",
      "2 FETCH (UID 2 EMAILID (M2) THREADID (T1))", "3 FETCH (UID 3 EMAILID (M3) THREADID NIL)")
    .. answer("UID SEARCH EMAILID M3", "SEARCH 3")
    .. answer('STATUS "' .. BOX .. '" (MAILBOXID)', 'STATUS "' .. BOX .. '" (MAILBOXID (F1))'),
    function(imap, uids)
      local two, three = table.unpack(all(imap:fetch(BOX, { uids[2], uids[3] },
        { "EMAILID", "THREADID" })))
      assert.not_equal(two.emailid, three.emailid)
      assert.not_equal("NIL", two.threadid)
      assert.same({ uids[3] }, imap:search(BOX, "EMAILID " .. three.emailid))
      assert.is_string(imap:status(BOX, { "MAILBOXID" }).mailboxid)
    end },
  { "PARTIAL", EXAMINE .. answer("UID FETCH 1:* FLAGS (PARTIAL 2:3)",
      "2 FETCH (UID 2 FLAGS ())", "3 FETCH (UID 3 FLAGS ())"),
    function(imap, uids)
      local got = all(imap:fetch(BOX, "1:*", "FLAGS", { partial = "2:3" }))
      assert.same({ uids[2], uids[3] }, { got[1].uid, got[2].uid })
    end },
  { "UTF8=ACCEPT", "C: $tag ENABLE UTF8=ACCEPT\nS: * ENABLED UTF8=ACCEPT\nS: $tag OK x\n"
    .. 'C: $tag STATUS "&" (UIDNEXT)\nS: $tag NO [NONEXISTENT] x\n'
    .. ("C: $tag APPEND \"%s\" UTF8 (~{%d+}\nC# %d\nC: )\n"):format(BOX, #WIDE, #WIDE)
    .. "S: $tag OK [APPENDUID 7 4] x\n"
    .. EXAMINE .. answer('UID SEARCH SUBJECT "Grüße"', "SEARCH 4")
    .. answer("UID FETCH 4 ENVELOPE",
      '4 FETCH (UID 4 ENVELOPE (NIL "Grüße" NIL NIL NIL NIL NIL NIL NIL NIL))'),
    function(imap)
      local stored = imap:append(BOX, { data = WIDE, utf8 = true }).uids
      assert.same(stored, imap:search(BOX, { "SUBJECT", { "Grüße" } }))
      assert.equal("Grüße", all(imap:fetch(BOX, stored, "ENVELOPE"))[1].envelope.subject)
    end },
  { "IMAP4rev2", "C: $tag ENABLE IMAP4rev2\nC: $tag NAMESPACE\nS: * ENABLED IMAP4rev2\n"
    .. "S: A1 OK x\nS: * NAMESPACE ((\"\" \"/\")) NIL NIL\nS: A2 OK x\n"
    .. answer('STATUS "' .. BOX .. '" (DELETED SIZE)',
      'STATUS "' .. BOX .. '" (DELETED 0 SIZE 199)')
    .. EXAMINE .. answer('UID SEARCH SUBJECT "number 2"', 'ESEARCH (TAG "A5") UID ALL 2')
    .. answer('CREATE "' .. BOX .. '/ä & b"') .. answer('LIST "" "' .. BOX .. '/%"',
      'LIST () "/" "' .. BOX .. '/ä & b"') .. answer('DELETE "' .. BOX .. '/ä & b"'),
    function(imap, uids)
      local status = imap:status(BOX, { "DELETED", "SIZE" })
      assert.equal(0, status.deleted)
      assert.is_true(status.size >= 3 * #message(1) - 10)
      assert.same({ uids[2] }, imap:search(BOX, { "SUBJECT", { "number 2" } }))
      imap:create(BOX .. "/ä & b")
      assert.equal(BOX .. "/ä & b", imap:list(BOX .. "/%")[1].name)
      imap:delete(BOX .. "/ä & b")
    end },
}

-- the script's server, as session.imap
local function scripted(name, script)
  local p = line_peer.start(("S: * PREAUTH [CAPABILITY IMAP4rev1 LITERAL+ %s%s] hi\n"):format(
    (name == "UTF8=ACCEPT" or name == "IMAP4rev2") and "ENABLE " or "", name) .. script
    .. "C: $tag LOGOUT\nS: * BYE\nS: $tag OK x\n")
  return native.new(connection.open { url = "imap://" .. p.place, user = "anna", password = "x",
    tls = false, proxy = false, timeout = 5, id = false, repeats = false }), p
end

local function by_script(name, script, check)
  local imap, p = scripted(name, script)
  local ok, err = pcall(check, imap, { 1, 2, 3 })
  if ok then imap.connection:close() end
  local well, what = pcall(p.check, p)
  p:close()
  assert.is_true(well, what)
  if not ok then error(err, 0) end
end

---@param _ENV table the environment that busted gives a spec
---@param peer table
return function(_ENV, peer)
  describe("extensions of " .. peer.name, function()
    local session

    setup(function() session = peer.connect(1) end)
    teardown(function() session:close() end)

    for _, row in ipairs(rows) do
      local name, script, check = table.unpack(row)
      it(name, function()
        local imap = session.imap
        board.note(peer.column, "extension: " .. name, "FAILED")
        if imap:has(name) then
          pcall(imap.delete, imap, BOX)
          imap:create(BOX)
          check(imap, imap:append(BOX, { message(1), message(2), message(3) }).uids)
          imap:delete(BOX)
        else
          by_script(name, script, check)
        end
        board.set(peer.column, "extension: " .. name, imap:has(name) and "yes" or "unsupported")
      end)
    end

    -- RFC 9585: nobody can make a server that slow
    it("INPROGRESS lets a command take longer than the timeout", function()
      local p <close> = line_peer.start("S: * PREAUTH [CAPABILITY IMAP4rev1 INPROGRESS] hi\n"
        .. "C: $tag NOOP\n" .. ("! sleep 0.3\nS: * OK [INPROGRESS (\"A1\" 1 3)] x\n"):rep(3)
        .. "S: $tag OK x\nC: $tag LOGOUT\nS: * BYE\nS: $tag OK x\n")
      local conn = connection.open { url = "imap://" .. p.place, user = "anna", password = "x",
        tls = false, proxy = false, timeout = 0.6, id = false, repeats = false }
      local seen, before = 0, core.net.now()
      conn.listeners[function(r)
        if r.code and r.code.name == "INPROGRESS" then seen = seen + 1 end
      end] = true
      assert.is_true(conn:run("NOOP").ok)
      assert.equal(3, seen)
      assert.is_true(core.net.now() - before > 0.8)
      conn:close()
    end)
  end)
end
