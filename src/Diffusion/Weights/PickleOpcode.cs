namespace Atelier.Diffusion.Weights;

/// <summary>Instructions of Python's pickle machine, protocols 0 to 5 (CPython, Lib/pickletools.py; PEP 307, PEP 3154, PEP 574).</summary>
internal enum PickleOpcode : byte
{
    Mark = (byte)'(', Stop = (byte)'.', Pop = (byte)'0', PopMark = (byte)'1', Dup = (byte)'2', Protocol = 0x80, Frame = 0x95,
    None = (byte)'N', True = 0x88, False = 0x89,
    IntLine = (byte)'I', LongLine = (byte)'L', FloatLine = (byte)'F',
    Int4 = (byte)'J', Int1 = (byte)'K', Int2 = (byte)'M', Long1 = 0x8a, Long4 = 0x8b, Float8 = (byte)'G',
    StringLine = (byte)'S', UnicodeLine = (byte)'V', String4 = (byte)'T', String1 = (byte)'U',
    Unicode4 = (byte)'X', Unicode1 = 0x8c, Unicode8 = 0x8d, Bytes4 = (byte)'B', Bytes1 = (byte)'C', Bytes8 = 0x8e,
    EmptyTuple = (byte)')', Tuple = (byte)'t', Tuple1 = 0x85, Tuple2 = 0x86, Tuple3 = 0x87,
    EmptyList = (byte)']', List = (byte)'l', Append = (byte)'a', Appends = (byte)'e',
    EmptyDict = (byte)'}', Dict = (byte)'d', SetItem = (byte)'s', SetItems = (byte)'u',
    GetLine = (byte)'g', Get1 = (byte)'h', Get4 = (byte)'j', PutLine = (byte)'p', Put1 = (byte)'q', Put4 = (byte)'r', Memoize = 0x94,
    Global = (byte)'c', StackGlobal = 0x93, Instance = (byte)'i', Object = (byte)'o', NewObject = 0x81, NewObjectExtended = 0x92,
    Extension1 = 0x82, Extension2 = 0x83, Extension4 = 0x84,
    Reduce = (byte)'R', Build = (byte)'b', PersistentLine = (byte)'P', Persistent = (byte)'Q',
}
