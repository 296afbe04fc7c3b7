"""Every generator that there is."""

from backend.questions.generators.cache_mapping import CacheMappingGenerator
from backend.questions.generators.complement import ComplementGenerator
from backend.questions.generators.cpu_scheduling import CpuScheduling
from backend.questions.generators.crc import CrcGenerator
from backend.questions.generators.critical_path import CriticalPathGenerator
from backend.questions.generators.disk_scheduling import DiskScheduling
from backend.questions.generators.effective_access_time import EffectiveAccessTime
from backend.questions.generators.frame import Generator
from backend.questions.generators.hash_asl import HashAslGenerator
from backend.questions.generators.huffman import HuffmanGenerator
from backend.questions.generators.ieee754 import Ieee754Generator
from backend.questions.generators.longest_prefix_match import LongestPrefixMatch
from backend.questions.generators.page_replacement import PageReplacement
from backend.questions.generators.pipeline_time import PipelineTimeGenerator
from backend.questions.generators.subnetting import SubnettingGenerator
from backend.questions.generators.tcp_congestion import TcpCongestionGenerator
from backend.questions.generators.traversal_reconstruction import TraversalReconstructionGenerator

ALL: tuple[Generator, ...] = (
    PageReplacement(),
    CpuScheduling(),
    DiskScheduling(),
    EffectiveAccessTime(),
    SubnettingGenerator(),
    LongestPrefixMatch(),
    CrcGenerator(),
    TcpCongestionGenerator(),
    Ieee754Generator(),
    CacheMappingGenerator(),
    PipelineTimeGenerator(),
    ComplementGenerator(),
    TraversalReconstructionGenerator(),
    HuffmanGenerator(),
    HashAslGenerator(),
    CriticalPathGenerator(),
)
