-- Where responses end (RFC 9051 2.2.2, 4.3), however their bytes arrive.
local imap = require("satchel.core").imap
local recordings = require "support.imap_recording"

-- each list is one stream, cut where its responses end
local streams <const> = {
  ["lines"] = { "* OK hello\r\n", "a1 OK\r\n", "+ idling\r\n", "+\r\n", "* BYE\r\n" },
  ["a literal"] = { "* 1 FETCH (BODY[] {5}\r\na\r\nbc FLAGS ())\r\n", "a1 OK done\r\n" },
  ["a literal of nothing"] = { "* 1 FETCH (BODY[] {0}\r\n)\r\n", "* 2 EXISTS\r\n" },
  ["literals one behind the other"] = { '* LIST () {1}\r\n/ {5}\r\n{3}\r\n\r\n', "* 1 EXISTS\r\n" },
  ["literal8"] = { "* 1 FETCH (BINARY[1] ~{3}\r\n\0\r\n UID 1)\r\n", "a1 OK done\r\n" },
  ["text that ends as if with a literal"] = {
    "* OK hello {5}\r\n", "a1 NO [ALERT] no {12}\r\n", "+ tell {7}\r\n", "* BYE {1}\r\n",
    "* PREAUTH {2}\r\n", "b.2 BAD {3}\r\n" },
  ["a literal within a response code"] = {
    "a1 NO [BADCHARSET ({5}\r\nUTF-8 {8}\r\nUS-ASCII)] no {3}\r\n", "* 1 EXISTS\r\n" },
  ["what only looks like a literal"] = {
    "* X {}\r\n", "* X {1x}\r\n", "* X {1+}\r\n", "* X {-1}\r\n", "* X 1}\r\n",
    "* X {1\r\n", "}\r\n" },
  ["line feeds alone"] = { "* OK a\nb\r\n", "* OK c\r\r\n" },
}

local function all_at_once(bytes)
  local list, rest = imap.split(bytes)
  assert.equal("", rest)
  return list
end

local function in_pieces(bytes, size)
  local splitter, all = imap.splitter(), {}
  for at = 1, #bytes, size do
    for _, response in ipairs(assert(splitter:feed(bytes:sub(at, at + size - 1)))) do
      all[#all + 1] = response
    end
  end
  assert.equal(0, (splitter:pending()))
  return all
end

describe("the splitter", function()
  for name, responses in pairs(streams) do
    local bytes = table.concat(responses)

    it("finds " .. name, function()
      assert.same(responses, all_at_once(bytes))
      for size = 1, 7 do assert.same(responses, in_pieces(bytes, size)) end
    end)

    it("takes no part for the whole: " .. name, function()
      for _, response in ipairs(responses) do
        for n = 0, #response - 1 do
          local list, rest = imap.split(response:sub(1, n))
          assert.same({}, list)
          assert.equal(n, #rest)
        end
      end
    end)
  end

  it("says how many bytes are missing at least", function()
    local splitter = imap.splitter()
    splitter:feed "* 1 FETCH (BODY[] {100}\r\n"
    local _, need = splitter:pending()
    assert.equal(102, need)
    splitter:feed(("x"):rep(60))
    _, need = splitter:pending()
    assert.equal(42, need)
    assert.same({}, splitter:feed(("x"):rep(40) .. ")"))
    assert.same({ "* 1 FETCH (BODY[] {100}\r\n" .. ("x"):rep(100) .. ")\r\n" },
      splitter:feed "\r\n")
  end)
end)

describe("the limits of the splitter", function()
  local function refused(limits, bytes, message)
    for size = 1, #bytes, #bytes - 1 do
      local splitter, list, err = imap.splitter(limits), nil, nil
      for at = 1, #bytes, size do
        list, err = splitter:feed(bytes:sub(at, at + size - 1))
        if not list then break end
      end
      assert.is_nil(list)
      assert.equal("limit", err.kind)
      assert.matches(message, err.message)
      assert.is_nil((splitter:feed "* OK\r\n"))
    end
  end

  it("bound a line", function()
    assert.same({ "* OK 89\r\n" }, imap.split("* OK 89\r\n", { line = 9 }))
    refused({ line = 9 }, "* OK 890\r\n", "a line of more than 9 bytes")
    refused({ line = 9 }, "* OK 890123456789", "a line of more than 9 bytes")
  end)

  it("bound a literal", function()
    local bytes = "* X {9}\r\n123456789\r\n"
    assert.same({ bytes }, imap.split(bytes, { literal = 9 }))
    refused({ literal = 8 }, "* X {9}\r\n", "a literal of more than 8 bytes")
    refused({}, "* X {99999999999999999999999999}\r\n", "a literal of more than")
    refused({}, "* X {18446744073709551617}\r\n", "a literal of more than")
  end)

  it("bound a response", function()
    local bytes = "* X {9}\r\n123456789 {9}\r\n123456789\r\n"
    assert.same({ bytes }, imap.split(bytes, { response = #bytes }))
    refused({ response = 30 }, bytes, "a response of more than 30 bytes")
  end)

  it("count the bytes of a literal to no line", function()
    local bytes = "* X {99}\r\n" .. ("x"):rep(99) .. "\r\n"
    assert.same({ bytes }, imap.split(bytes, { line = 12 }))
  end)
end)

describe("recorded dialogues", function()
  for _, name in ipairs(recordings.names()) do
    it("are split the same way however they are cut: " .. name, function()
      local bytes = recordings.server_bytes(name)
      local responses = all_at_once(bytes)
      assert.equal(bytes, table.concat(responses))
      assert.same(responses, in_pieces(bytes, 1))
      assert.same(responses, in_pieces(bytes, 1000))
    end)
  end
end)
