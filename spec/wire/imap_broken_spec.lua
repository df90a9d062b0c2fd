-- What is left of responses that break the grammar, and which of them end a connection.

local imap = require("satchel.core").imap
local rows = require "support.broken_responses"

local function read(bytes)
  return imap.parse(bytes, { broken = true })
end

-- the first response of bytes, and what is left
local function first(bytes)
  local list, rest = imap.split(bytes .. "\r\n")
  return list and list[1], rest
end

local function of_structure(text)
  return '* 2 FETCH (UID 2 FLAGS (\\Seen) BODYSTRUCTURE ' .. text .. " RFC822.SIZE 9)"
end

describe("a broken response", function()
  for _, row in ipairs(rows.framed) do
    it("has an end: " .. row[1], function()
      local bytes = row[2] .. "\r\n"
      local list, rest = imap.split(bytes)
      assert.same({ bytes }, list)
      assert.equal("", rest)
      local found = assert(read(bytes))
      assert.same({ "broken", "FETCH", 2, bytes }, { found.type, found.name, found.number,
        found.raw })
      assert.matches("@ 0x%x+: ", found.error)
      assert.is_true(found.uid == nil or found.uid == 2)
      -- who does not ask for it has an error
      local none, err = imap.parse(bytes)
      assert.same({ nil, "protocol", found.error }, { none, err.kind, err.message })
    end)
  end

  for _, row in ipairs(rows.structures) do
    it("has an end and what is around: " .. row[1], function()
      local found = assert(read(of_structure(row[2]) .. "\r\n"))
      assert.same({ "broken", 2, { "\\Seen" } }, { found.type, found.uid, found.flags })
      assert.is_nil(found.bodystructure)
      assert.matches("fetch%[2%]", found.error)
    end)
  end

  for _, row in ipairs(rows.unframed) do
    it("may go on with text of a message: " .. row[1], function()
      local bytes = first(row[2])
      if not bytes then -- the splitter says so
        local _, err = imap.split(row[2] .. "\r\n")
        assert.equal("protocol", err.kind)
        return
      end
      local found, err = read(bytes)
      assert.is_nil(found)
      assert.equal("protocol", err.kind)
      assert.matches("where the response ends is not sure", err.message)
      assert.same({ "broken", "FETCH", 2 },
        { err.response.type, err.response.name, err.response.number })
      assert.equal(not row.by_number and 2 or nil, err.response.uid)
    end)
  end

  it("is no response without its line end, and cut anywhere is nothing else", function()
    for _, list in ipairs { rows.framed, rows.unframed } do
      for _, row in ipairs(list) do
        for n = 0, #row[2] do
          local beginning = row[2]:sub(1, n)
          assert.is_nil(read(beginning))
          local found = read(beginning .. "\r\n")
          if found and found.type == "fetch" then
            assert.matches("^%* 2 FETCH %(.*%) *$", beginning)
          elseif found and found.type == "broken" then
            assert.matches("^%* 2 FETCH .*%) *$", beginning)
          elseif found then
            assert.equal("other", found.type)
            assert.matches("^%* 2 F?E?T?C?$", beginning)
          end
        end
      end
    end
  end)

  it("is found byte by byte", function()
    for _, row in ipairs(rows.framed) do
      local splitter, all = imap.splitter(), {}
      for byte in (row[2] .. "\r\n* 3 EXISTS\r\n"):gmatch "." do
        for _, each in ipairs(assert(splitter:feed(byte))) do all[#all + 1] = each end
      end
      assert.same({ row[2] .. "\r\n", "* 3 EXISTS\r\n" }, all)
    end
  end)

  it("has what stands before what is broken and behind it", function()
    local found = assert(read('* 9 FETCH (UID 2 INTERNALDATE "01-Jan-1970 00:00:01 +0000" '
      .. 'ENVELOPE (NIL) X-OTHER (a b) BODY[1] "x" BODYSTRUCTURE (1 2) MODSEQ (7) '
      .. "RFC822.SIZE 8)\r\n"))
    assert.same({ 9, 2, 1, 8, 7, { ["BODY[1]"] = "x" }, { ["X-OTHER"] = "(a b)" } },
      { found.number, found.uid, found.internaldate, found.size, found.modseq, found.sections,
        found.extra })
    assert.same({}, { found.envelope, found.bodystructure })
    found = assert(read "* 9 FETCH (FLAGS (\\Seen) BODY[1] \"x\" BODY[2] x UID 9)\r\n")
    assert.same({ { ["BODY[1]"] = "x" }, { "\\Seen" } }, { found.sections, found.flags })
    found = assert(read "* 9 FETCH (BODY[1] \"x\" BINARY.SIZE[1] 2 BINARY.SIZE[2] x)\r\n")
    assert.same({ ["1"] = 2 }, found.binary_sizes)
    found = assert(read "* 9 UIDFETCH (FLAGS ()) x)\r\n")
    assert.same({ 9, {} }, { found.uid, found.flags })
  end)

  it("is kept as bytes, but not all of many", function()
    local long = '* 2 FETCH (ENVELOPE ("' .. ("x"):rep(100000) .. '"))\r\n'
    assert.equal(long:sub(1, 16384), assert(read(long)).raw)
  end)
end)

describe("what is not FETCH", function()
  for name, text in pairs {
    FLAGS = "* FLAGS (\\Seen", LIST = '* LIST () "/" a b', LSUB = "* LSUB () a",
    STATUS = "* STATUS a (MESSAGES x)", SEARCH = "* SEARCH 1 2 x", SORT = "* sort 1,2",
    ESEARCH = '* ESEARCH (TAG "A1") UID ALL 1::2', THREAD = "* THREAD (1 2",
    NAMESPACE = '* NAMESPACE (("" "/"))', ID = "* ID (a)", QUOTA = "* QUOTA a (STORAGE x 1)",
    QUOTAROOT = "* QUOTAROOT (a)", ACL = "* ACL (a)", MYRIGHTS = "* MYRIGHTS a",
    LISTRIGHTS = "* LISTRIGHTS a b", METADATA = "* METADATA a (", GENURLAUTH = "* GENURLAUTH (",
    URLFETCH = "* URLFETCH a",
  } do
    it("is broken by its name: " .. name, function()
      local found = assert(read(text .. "\r\n"))
      assert.same({ "broken", name }, { found.type, found.name })
      assert.is_nil(found.number)
    end)
  end

  for _, text in ipairs {
    "* CAPABILITY \"", "* ENABLED (", "* VANISHED x", "* 5 EXISTS x", "* 5 EXPUNGE 6",
    "* 5 RECENT x",
    "* OK [UIDVALIDITY x] y", "* BYE\0", "* PREAUTH [", "A1 OK [COPYUID x] y", "A1 FETCH (", "+x",
    "* 0 FETCH (UID x)", "* 1 FETC\"", "* \"", "*", "", "x", "* 1 ", "FETCH (UID x)", " * SEARCH x",
    "* 99999999999 FETCH (UID x)", "* LIST () \"/\" \"a", "* LIST () \"/\" a {3+}", "* SEARCH \"x",
  } do
    it(("is refused: %q"):format(text), function()
      local found, err = read(text .. "\r\n")
      assert.is_nil(found)
      assert.equal("protocol", err.kind)
    end)
  end
end)

describe("a literal within quotes", function()
  it("is announced by nobody, and not waited for", function()
    for _, text in ipairs { '* LIST () "/" "a {5}', '* 1 FETCH (X "a {5}',
      'A1 NO [X "a {5}' } do
      local _, err = imap.split(text .. "\r\n")
      assert.equal("protocol", err.kind)
      assert.matches("literal within quotes", err.message)
    end
    -- text is text
    assert.equal(1, #assert(imap.split '* OK "a {5}\r\n'))
    -- quotes that are escaped, and closed ones
    for _, text in ipairs { '* 1 FETCH (X "a\\"b" {1}', '* 1 FETCH (X "\\\\" {1}' } do
      assert.same({}, (assert(imap.split(text .. "\r\n"))))
    end
  end)
end)
