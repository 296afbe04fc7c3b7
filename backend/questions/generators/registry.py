"""Every generator that there is."""

from backend.questions.generators.complement import ComplementGenerator
from backend.questions.generators.crc import CrcGenerator
from backend.questions.generators.disk_scheduling import DiskScheduling
from backend.questions.generators.frame import Generator
from backend.questions.generators.huffman import HuffmanGenerator
from backend.questions.generators.page_replacement import PageReplacement
from backend.questions.generators.subnetting import SubnettingGenerator
from backend.questions.generators.tcp_congestion import TcpCongestionGenerator
from backend.questions.generators.traversal_reconstruction import TraversalReconstructionGenerator

ALL: tuple[Generator, ...] = (
    PageReplacement(),
    DiskScheduling(),
    SubnettingGenerator(),
    CrcGenerator(),
    TcpCongestionGenerator(),
    ComplementGenerator(),
    TraversalReconstructionGenerator(),
    HuffmanGenerator(),
)
