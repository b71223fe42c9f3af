<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko">
<context>
    <name>AboutBox</name>
    <message>
        <source>About SEER Studio</source>
        <translation>SEER Studio 정보</translation>
    </message>
    <message>
        <source>An implementation of SEER-MoE (arXiv 2404.05089). Free software under the Apache License 2.0. It sends nothing anywhere and updates nothing by itself.</source>
        <translation>SEER-MoE(arXiv 2404.05089)의 구현입니다. Apache License 2.0을 따르는 자유 소프트웨어입니다. 어디에도 아무것도 보내지 않고 스스로 업데이트하지 않습니다.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>Redo “{step}”</source>
        <translation>다시 실행 “{step}”</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Undo “{step}”</source>
        <translation>실행 취소 “{step}”</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
</context>
<context>
    <name>CalibratePage</name>
    <message>
        <source>Run profile</source>
        <translation>프로파일 실행</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>보정</translation>
    </message>
    <message>
        <source>running</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>{tokens} tokens · {domains} domains</source>
        <translation>토큰 {tokens} · 영역 {domains}</translation>
    </message>
    <message>
        <source>not run yet</source>
        <translation>아직 실행 안 함</translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>먼저 모델을 여세요.</translation>
    </message>
    <message>
        <source>No profile yet.</source>
        <translation>아직 프로파일이 없습니다.</translation>
    </message>
    <message>
        <source>The options changed since the last run.</source>
        <translation>마지막 실행 뒤에 설정이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>Choose experts</source>
        <translation>전문가 선택</translation>
    </message>
    <message>
        <source>Sequences</source>
        <translation>시퀀스</translation>
    </message>
    <message>
        <source>Heat map</source>
        <translation>히트맵</translation>
    </message>
    <message>
        <source>Nothing to calibrate yet</source>
        <translation>아직 보정할 것이 없습니다</translation>
    </message>
    <message>
        <source>Open a model: then it reads texts of your choice while the studio counts which experts each layer uses.</source>
        <translation>모델을 여세요. 고른 텍스트를 모델이 읽는 동안 층마다 어떤 전문가를 쓰는지 셉니다.</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>This model&apos;s tokenizer has no chat template</source>
        <translation>이 모델의 토크나이저에는 대화 템플릿이 없습니다</translation>
    </message>
    <message>
        <source>{tokens} tokens in {sequences} sequences</source>
        <translation>시퀀스 {sequences}개에 토큰 {tokens}</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Add texts at the left to see the sequences that the model will read.</source>
        <translation>왼쪽에 텍스트를 추가하면 모델이 읽을 시퀀스가 보입니다.</translation>
    </message>
    <message>
        <source>Packing the texts…</source>
        <translation>텍스트를 묶는 중…</translation>
    </message>
    <message>
        <source>{what}. Try: {remedy}.</source>
        <translation>{what}. 해결: {remedy}.</translation>
    </message>
</context>
<context>
    <name>CellMenu</name>
    <message>
        <source>Keep all of {layers}</source>
        <translation>{layers} 모두 유지</translation>
    </message>
    <message>
        <source>Drop all of {layers}</source>
        <translation>{layers} 모두 제거</translation>
    </message>
    <message>
        <source>Swap kept and dropped in {layers}</source>
        <translation>{layers}에서 유지와 제거 뒤바꾸기</translation>
    </message>
    <message>
        <source>Apply the rule to {layers}</source>
        <translation>{layers}에 규칙 적용</translation>
    </message>
    <message>
        <source>Copy the pattern of L{layer}</source>
        <translation>L{layer}의 선택 복사</translation>
    </message>
    <message>
        <source>Paste the pattern into {layers}</source>
        <translation>{layers}에 선택 붙여넣기</translation>
    </message>
    <message>
        <source>Show the whole map</source>
        <translation>지도 전체 보기</translation>
    </message>
    <message>
        <source>Copy a command</source>
        <translation>명령 복사</translation>
    </message>
    <message>
        <source>What this view shows</source>
        <translation>이 보기가 보여 주는 것</translation>
    </message>
</context>
<context>
    <name>ChartDesk</name>
    <message>
        <source>Keep the best {number} of all layers: {share} of the routed mass</source>
        <translation>모든 층에서 최상위 {number}개 유지: 라우팅 질량의 {share}</translation>
    </message>
</context>
<context>
    <name>ChoiceDialog</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>Chosen</name>
    <message>
        <source>{kept} of {total} experts stay.</source>
        <translation>전문가 {total}개 중 {kept}개가 남습니다.</translation>
    </message>
    <message>
        <source>The masked model was profiled again on {tokens} tokens.</source>
        <translation>마스크한 모델을 토큰 {tokens}개로 다시 프로파일링했습니다.</translation>
    </message>
    <message>
        <source>Measured on {tokens} calibration tokens: {kl} nats per token from the original, {masks} masks tried.</source>
        <translation>보정 토큰 {tokens}개로 측정: 원본과의 차이는 토큰당 {kl} nat, 마스크 {masks}개를 시험했습니다.</translation>
    </message>
    <message>
        <source>{count} of the others are averaged into one that stays.</source>
        <translation>나머지 중 {count}개는 남는 전문가에 평균으로 합쳐집니다.</translation>
    </message>
    <message>
        <source>{kept} of {total} experts stay. Measured on {tokens} tokens: perplexity {after}, the original {before} ({change}); {trials} sizes tried.</source>
        <translation>전문가 {total}개 중 {kept}개가 남습니다. 토큰 {tokens}개로 측정: 퍼플렉시티 {after}, 원본 {before} ({change}), 크기 {trials}가지를 시험했습니다.</translation>
    </message>
</context>
<context>
    <name>Claims</name>
    <message>
        <source>Dropping the least used experts costs less than dropping random ones.</source>
        <translation>가장 적게 쓰이는 전문가를 빼면 무작위로 뺄 때보다 손실이 적다.</translation>
    </message>
    <message>
        <source>Soft counting ranks experts better than actual counting.</source>
        <translation>소프트 카운트가 실제 카운트보다 전문가의 순위를 잘 매긴다.</translation>
    </message>
    <message>
        <source>One ranking over all layers is better than the same number in each layer.</source>
        <translation>모든 층을 한 순위로 매기는 것이 층마다 같은 수를 남기는 것보다 낫다.</translation>
    </message>
    <message>
        <source>Fine-tuning recovers what one expert per token loses.</source>
        <translation>미세 조정은 토큰당 전문가 하나로 줄일 때 잃은 것을 회복한다.</translation>
    </message>
    <message>
        <source>The entropy penalty makes fine-tuning at Top-1 better than plain fine-tuning.</source>
        <translation>엔트로피 벌점을 주면 Top-1 미세 조정이 단순 미세 조정보다 나아진다.</translation>
    </message>
    <message>
        <source>Letting Top-K fall in whole steps is better than Top-1 from the first step.</source>
        <translation>Top-K를 정수 단계로 줄이는 것이 처음부터 Top-1로 하는 것보다 낫다.</translation>
    </message>
    <message>
        <source>Letting Top-K fall with a fading gate is better than Top-1 from the first step.</source>
        <translation>게이트를 서서히 줄이며 Top-K를 낮추는 것이 처음부터 Top-1로 하는 것보다 낫다.</translation>
    </message>
    <message>
        <source>Entropy penalty and a fading gate together are better than plain fine-tuning.</source>
        <translation>엔트로피 벌점과 서서히 줄이는 게이트를 함께 쓰면 단순 미세 조정보다 낫다.</translation>
    </message>
    <message>
        <source>Distillation from the original is better than plain fine-tuning.</source>
        <translation>원본에서의 증류가 단순 미세 조정보다 낫다.</translation>
    </message>
    <message>
        <source>Everything together is better than plain fine-tuning.</source>
        <translation>모두 함께 쓰면 단순 미세 조정보다 낫다.</translation>
    </message>
    <message>
        <source>With one expert per token the tuned model is as good as the original with two.</source>
        <translation>토큰당 전문가 하나로 미세 조정한 모델이 둘을 쓰는 원본만큼 좋다.</translation>
    </message>
    <message>
        <source>It is also as good as the model with two experts tuned for as many steps.</source>
        <translation>같은 단계만큼 미세 조정한, 전문가 둘을 쓰는 모델만큼도 좋다.</translation>
    </message>
    <message>
        <source>The entropy penalty makes the router surer of its choice.</source>
        <translation>엔트로피 벌점을 주면 라우터가 더 확실하게 선택한다.</translation>
    </message>
    <message>
        <source>One expert instead of two saves computation and no storage.</source>
        <translation>전문가 둘 대신 하나를 쓰면 연산은 줄고 저장 공간은 그대로다.</translation>
    </message>
    <message>
        <source>actual count, layer-wise</source>
        <translation>실제 카운트, 층별</translation>
    </message>
    <message>
        <source>actual count, global</source>
        <translation>실제 카운트, 전역</translation>
    </message>
    <message>
        <source>soft count, layer-wise</source>
        <translation>소프트 카운트, 층별</translation>
    </message>
    <message>
        <source>soft count, global</source>
        <translation>소프트 카운트, 전역</translation>
    </message>
    <message>
        <source>random</source>
        <translation>무작위</translation>
    </message>
    <message>
        <source>Top-2, tuned as long (control)</source>
        <translation>Top-2, 같은 만큼 미세 조정 (대조군)</translation>
    </message>
    <message>
        <source>Top-1, plain fine-tuning</source>
        <translation>Top-1, 단순 미세 조정</translation>
    </message>
    <message>
        <source>Top-1, entropy penalty</source>
        <translation>Top-1, 엔트로피 벌점</translation>
    </message>
    <message>
        <source>Top-1, Top-K falls in whole steps</source>
        <translation>Top-1, 정수 단계로 줄이기</translation>
    </message>
    <message>
        <source>Top-1, Top-K falls with a fading gate</source>
        <translation>Top-1, 게이트를 서서히 줄이기</translation>
    </message>
    <message>
        <source>Top-1, fading gate and entropy penalty</source>
        <translation>Top-1, 게이트 줄이기 + 엔트로피</translation>
    </message>
    <message>
        <source>Top-1, distillation</source>
        <translation>Top-1, 증류</translation>
    </message>
    <message>
        <source>Top-1, all of these</source>
        <translation>Top-1, 모두 함께</translation>
    </message>
    <message>
        <source>Perplexity after dropping experts</source>
        <translation>전문가를 뺀 후의 퍼플렉시티</translation>
    </message>
    <message>
        <source>Perplexity at one expert per token, {steps} steps</source>
        <translation>토큰당 전문가 하나의 퍼플렉시티, {steps}단계</translation>
    </message>
    <message>
        <source>{share} % of the experts stay</source>
        <translation>전문가의 {share} % 유지</translation>
    </message>
    <message>
        <source>original</source>
        <translation>원본</translation>
    </message>
    <message>
        <source>Top-2 original</source>
        <translation>Top-2 원본</translation>
    </message>
    <message>
        <source>Top-1 untuned</source>
        <translation>미세 조정 전 Top-1</translation>
    </message>
</context>
<context>
    <name>ClaimsView</name>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Seeds</source>
        <translation>시드 수</translation>
    </message>
    <message>
        <source>Try the claims</source>
        <translation>주장 시험하기</translation>
    </message>
    <message>
        <source>Open a result…</source>
        <translation>결과 열기…</translation>
    </message>
    <message>
        <source>The paper&apos;s claims were not tried here yet</source>
        <translation>논문의 주장을 아직 시험하지 않았습니다</translation>
    </message>
    <message>
        <source>On the bundled model: experts dropped by use and at random, and one expert per token with every kind of tuning, against the original and against a model tuned as long with two. With the default numbers it takes about a quarter of an hour.</source>
        <translation>동봉된 모델에서 전문가를 사용량 순으로, 그리고 무작위로 빼 보고, 토큰당 전문가 하나를 여러 방법으로 미세 조정하여 원본 및 전문가 둘로 같은 만큼 미세 조정한 모델과 비교합니다. 기본값으로 약 15분 걸립니다.</translation>
    </message>
    <message>
        <source>What held</source>
        <translation>확인된 주장</translation>
    </message>
    <message>
        <source>Perplexity on {tokens} held-out tokens; {steps} steps of {step} tokens; {seeds} seeds of tuning, {random} of the random control; ranges are over seeds.</source>
        <translation>검증 토큰 {tokens}개의 퍼플렉시티. 토큰 {step}개씩 {steps}단계. 미세 조정 시드 {seeds}개, 무작위 대조 시드 {random}개. 범위는 시드 사이의 값입니다.</translation>
    </message>
    <message>
        <source>Open a result</source>
        <translation>결과 열기</translation>
    </message>
    <message>
        <source>The paper&apos;s claims</source>
        <translation type="unfinished">논문의 주장</translation>
    </message>
</context>
<context>
    <name>Clusters</name>
    <message>
        <source>Order the experts</source>
        <translation>전문가 정렬</translation>
    </message>
</context>
<context>
    <name>ColumnsButton</name>
    <message>
        <source>Columns</source>
        <translation>열</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>The scores</source>
        <translation>점수</translation>
    </message>
    <message>
        <source>This plan, as its rule makes it</source>
        <translation>규칙이 만드는 그대로의 계획</translation>
    </message>
    <message>
        <source>What this plan costs</source>
        <translation>이 계획의 비용</translation>
    </message>
    <message>
        <source>Quick check of this plan</source>
        <translation>이 계획의 빠른 확인</translation>
    </message>
    <message>
        <source>Export of this plan</source>
        <translation>이 계획 내보내기</translation>
    </message>
</context>
<context>
    <name>CompareMap</name>
    <message>
        <source>Difference of two uses of the experts</source>
        <translation>두 전문가 사용의 차이</translation>
    </message>
    <message>
        <source>Arrow keys move between experts, Ctrl with the wheel zooms, F fits.</source>
        <translation>화살표 키로 전문가 사이를 옮기고, Ctrl과 휠로 확대하며, F로 맞춥니다.</translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>Swap A and B</source>
        <translation>A와 B 바꾸기</translation>
    </message>
    <message>
        <source>Experts of a layer that count as needed</source>
        <translation>층에서 필요하다고 볼 전문가 수</translation>
    </message>
    <message>
        <source>Another text, or the same one after tuning: any profile of this model</source>
        <translation>다른 텍스트나 미세 조정 뒤의 같은 텍스트 등, 이 모델의 프로파일</translation>
    </message>
    <message>
        <source>Experts that matter only in B</source>
        <translation>B에서만 중요한 전문가</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>상위</translation>
    </message>
    <message>
        <source>There is nothing to compare yet: calibrate on two or more domains, or open a second profile of this model.</source>
        <translation>아직 비교할 것이 없습니다. 두 영역 이상으로 보정하거나 이 모델의 두 번째 프로파일을 여세요.</translation>
    </message>
    <message>
        <source>B more: {share}</source>
        <translation>B가 더 씀: {share}</translation>
    </message>
    <message>
        <source>A more: {share}</source>
        <translation>A가 더 씀: {share}</translation>
    </message>
    <message>
        <source>Difference of the shares that an expert has of its layer</source>
        <translation>전문가가 층에서 차지하는 비율의 차이</translation>
    </message>
    <message>
        <source>MATTER ONLY IN B ({count})</source>
        <translation>B에서만 중요 ({count})</translation>
    </message>
    <message>
        <source>{metric}: rank correlation {rho} over all experts, {low} to {high} by layer</source>
        <translation>{metric}: 순위 상관 전체 {rho}, 층별 {low} ~ {high}</translation>
    </message>
    <message>
        <source> of {experts}</source>
        <translation> / {experts}</translation>
    </message>
    <message>
        <source>L{layer} · E{expert}: A {a}, B {b} of the layer</source>
        <translation>L{layer} · E{expert}: 층에서 A {a}, B {b}</translation>
    </message>
    <message>
        <source>Add a side</source>
        <translation>비교 대상 추가</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation type="unfinished">전문가</translation>
    </message>
    <message>
        <source>The difference of every expert</source>
        <translation>전문가마다의 차이</translation>
    </message>
    <message>
        <source>By layer</source>
        <translation>층별</translation>
    </message>
    <message>
        <source>Entropy and use of both, layer by layer</source>
        <translation>층마다 양쪽의 엔트로피와 사용</translation>
    </message>
    <message>
        <source>What is compared</source>
        <translation>비교 대상</translation>
    </message>
</context>
<context>
    <name>CorrelationBars</name>
    <message>
        <source>Rank correlation of every layer</source>
        <translation>층마다의 순위 상관</translation>
    </message>
    <message>
        <source>rank correlation</source>
        <translation>순위 상관</translation>
    </message>
</context>
<context>
    <name>CostStrip</name>
    <message>
        <source>Experts kept</source>
        <translation>유지한 전문가</translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation>체크포인트</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>파라미터</translation>
    </message>
    <message>
        <source>Loads in</source>
        <translation>불러오기</translation>
    </message>
    <message>
        <source>of {total}</source>
        <translation>전체 {total}</translation>
    </message>
    <message>
        <source>uniform</source>
        <translation>균일</translation>
    </message>
    <message>
        <source>ragged</source>
        <translation>불균일</translation>
    </message>
    <message>
        <source>bundled loader</source>
        <translation>동봉된 로더</translation>
    </message>
    <message>
        <source>{total}, {count} merged</source>
        <translation>{total}, {count}개 병합</translation>
    </message>
</context>
<context>
    <name>CoverageChart</name>
    <message>
        <source>Coverage by number of experts kept, best first (drag the line)</source>
        <translation>유지한 전문가 수에 따른 커버리지, 좋은 순 (선을 끌어 조정)</translation>
    </message>
    <message>
        <source>{number:,} kept carry {share:.1f} %</source>
        <translation>{number:,}개 유지로 {share:.1f} %</translation>
    </message>
</context>
<context>
    <name>CurvePlot</name>
    <message>
        <source>{title}, step {step}</source>
        <translation>{title}, {step}단계</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>{step}단계</translation>
    </message>
</context>
<context>
    <name>CurvesCard</name>
    <message>
        <source>Nothing to show yet</source>
        <translation>아직 표시할 것이 없습니다</translation>
    </message>
    <message>
        <source>Comes with the first validation</source>
        <translation>첫 검증 후에 표시됩니다</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Cross-entropy, nats</source>
        <translation>교차 엔트로피, nat</translation>
    </message>
    <message>
        <source>Router entropy, nats</source>
        <translation>라우터 엔트로피, nat</translation>
    </message>
    <message>
        <source>Experts per token</source>
        <translation>토큰당 전문가</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>Nothing was tuned yet</source>
        <translation>아직 미세 조정하지 않았습니다</translation>
    </message>
    <message>
        <source>While a run goes on, its curves grow here: loss, perplexity on held-out texts, how sure the router is, and how many experts each token uses.</source>
        <translation>실행이 진행되는 동안 손실, 검증 텍스트의 퍼플렉시티, 라우터의 확신 정도, 토큰당 전문가 수의 곡선이 여기에 그려집니다.</translation>
    </message>
    <message>
        <source>Validation perplexity</source>
        <translation>검증 퍼플렉시티</translation>
    </message>
    <message>
        <source>Tuning</source>
        <translation>미세 조정 중</translation>
    </message>
</context>
<context>
    <name>DomainsPanel</name>
    <message>
        <source>Every token alike</source>
        <translation>모든 토큰 같게</translation>
    </message>
    <message>
        <source>Longer domains weigh more</source>
        <translation>긴 영역이 더 무겁습니다</translation>
    </message>
    <message>
        <source>Every domain alike</source>
        <translation>모든 영역 같게</translation>
    </message>
    <message>
        <source>Weights that make up for different numbers of tokens</source>
        <translation>토큰 수의 차이를 메우는 가중치</translation>
    </message>
    <message>
        <source>Which texts count for the scores</source>
        <translation>점수에 반영할 텍스트</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>토큰 {count}</translation>
    </message>
    <message>
        <source>all</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>{used} of {all}</source>
        <translation>{all} 중 {used}</translation>
    </message>
    <message>
        <source>all, weighted</source>
        <translation>전체, 가중</translation>
    </message>
    <message>
        <source>Weight of {domain}</source>
        <translation>{domain}의 가중치</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>Unlock {name}</source>
        <translation>{name} 잠금 풀기</translation>
    </message>
    <message>
        <source>Stop protecting {name}</source>
        <translation>{name} 보호 풀기</translation>
    </message>
    <message>
        <source>Lock {name}</source>
        <translation>{name} 잠그기</translation>
    </message>
    <message>
        <source>L{layer} · {expert} is locked: press L to unlock it</source>
        <translation>L{layer} · {expert}은(는) 잠겨 있습니다. L을 눌러 푸세요</translation>
    </message>
    <message>
        <source>L{layer} · {expert} is a protected super-expert: press L to free it</source>
        <translation>L{layer} · {expert}은(는) 보호된 슈퍼 전문가입니다. L을 눌러 푸세요</translation>
    </message>
    <message>
        <source>Keep all of {layers}</source>
        <translation>{layers} 모두 유지</translation>
    </message>
    <message>
        <source>Drop all of {layers}</source>
        <translation>{layers} 모두 제거</translation>
    </message>
    <message>
        <source>Pattern of L{layer} copied: Ctrl+V pastes it</source>
        <translation>L{layer}의 선택을 복사했습니다. Ctrl+V로 붙여넣으세요</translation>
    </message>
    <message>
        <source>Copy the pattern of L{layer} to {layers}</source>
        <translation>L{layer}의 선택을 {layers}에 복사</translation>
    </message>
    <message>
        <source>Protect {count} super-experts</source>
        <translation>슈퍼 전문가 {count}개 보호</translation>
    </message>
    <message>
        <source>Import {name}</source>
        <translation>{name} 가져오기</translation>
    </message>
    <message>
        <source>Keep L{layer} · {expert}</source>
        <translation>L{layer} · {expert} 유지</translation>
    </message>
    <message>
        <source>Drop L{layer} · {expert}</source>
        <translation>L{layer} · {expert} 제거</translation>
    </message>
    <message>
        <source>Keep {count} experts in {layers}</source>
        <translation>{layers} 전문가 {count}개 유지</translation>
    </message>
    <message>
        <source>Drop {count} experts in {layers}</source>
        <translation>{layers} 전문가 {count}개 제거</translation>
    </message>
    <message>
        <source>Protect one super-expert</source>
        <translation>슈퍼 전문가 하나 보호</translation>
    </message>
</context>
<context>
    <name>ErrorDialog</name>
    <message>
        <source>Try: {remedy}</source>
        <translation>해결: {remedy}</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>자세히 보기</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation>자세히 숨기기</translation>
    </message>
</context>
<context>
    <name>Estimate</name>
    <message>
        <source>weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>gradients</source>
        <translation>기울기</translation>
    </message>
    <message>
        <source>optimiser</source>
        <translation>옵티마이저</translation>
    </message>
    <message>
        <source>teacher</source>
        <translation>교사</translation>
    </message>
    <message>
        <source>activations</source>
        <translation>활성값</translation>
    </message>
    <message>
        <source>logits</source>
        <translation>로짓</translation>
    </message>
</context>
<context>
    <name>EstimateStrip</name>
    <message>
        <source>Memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>시간</translation>
    </message>
    <message>
        <source>Trained</source>
        <translation>학습 대상</translation>
    </message>
    <message>
        <source>What the run will take</source>
        <translation>실행에 드는 것</translation>
    </message>
    <message>
        <source>fits: {free} free</source>
        <translation>들어갑니다: 여유 {free}</translation>
    </message>
    <message>
        <source>tight: {free} free</source>
        <translation>빠듯합니다: 여유 {free}</translation>
    </message>
    <message>
        <source>does not fit: {free} free</source>
        <translation>부족합니다: 여유 {free}</translation>
    </message>
    <message>
        <source>known after a few steps</source>
        <translation>몇 단계 후에 알 수 있습니다</translation>
    </message>
    <message>
        <source>{steps} steps</source>
        <translation>{steps}단계</translation>
    </message>
    <message>
        <source>{share} of the parameters</source>
        <translation>파라미터의 {share}</translation>
    </message>
    <message>
        <source>{count} per step</source>
        <translation>단계당 {count}</translation>
    </message>
    <message>
        <source>Tokens read</source>
        <translation>읽는 토큰</translation>
    </message>
    <message>
        <source>{low} – {high} h</source>
        <translation>{low} – {high}시간</translation>
    </message>
    <message>
        <source>{low} – {high} min</source>
        <translation>{low} – {high}분</translation>
    </message>
    <message>
        <source>{low} – {high} s</source>
        <translation>{low} – {high}초</translation>
    </message>
</context>
<context>
    <name>EvaluatePage</name>
    <message>
        <source>Quick check</source>
        <translation>빠른 확인</translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation>평가</translation>
    </message>
    <message>
        <source>perplexity {value}</source>
        <translation>퍼플렉시티 {value}</translation>
    </message>
    <message>
        <source>plan changed</source>
        <translation>계획이 바뀜</translation>
    </message>
    <message>
        <source>{count} measured</source>
        <translation>{count}개 측정함</translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>먼저 모델을 여세요.</translation>
    </message>
    <message>
        <source>The plan changed since it was measured.</source>
        <translation>측정한 뒤에 계획이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>Nothing was measured yet.</source>
        <translation>아직 측정한 것이 없습니다.</translation>
    </message>
    <message>
        <source>Use the plan of “{name}”</source>
        <translation>“{name}”의 계획 사용</translation>
    </message>
    <message>
        <source>Copied the command</source>
        <translation>명령을 복사했습니다</translation>
    </message>
    <message>
        <source>A checkpoint to compare</source>
        <translation>비교할 체크포인트</translation>
    </message>
    <message>
        <source>Add checkpoint…</source>
        <translation>체크포인트 추가…</translation>
    </message>
    <message>
        <source>By domain</source>
        <translation>영역별</translation>
    </message>
    <message>
        <source>Measure on</source>
        <translation>측정 텍스트</translation>
    </message>
    <message>
        <source>Nothing to compare yet</source>
        <translation>아직 비교할 것이 없습니다</translation>
    </message>
    <message>
        <source>Open a model and choose experts; then a quick check masks the dropped ones, measures perplexity by domain and writes nothing.</source>
        <translation>모델을 열고 전문가를 고르세요. 빠른 확인은 제거한 전문가를 가리고 영역별 퍼플렉시티를 재며, 아무것도 쓰지 않습니다.</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>bundled held-out texts</source>
        <translation>동봉된 평가 텍스트</translation>
    </message>
    <message>
        <source>{names} · {tokens} tokens</source>
        <translation>{names} · 토큰 {tokens}</translation>
    </message>
    <message>
        <source>current plan</source>
        <translation>현재 계획</translation>
    </message>
    <message>
        <source>{n} tasks</source>
        <translation>과제 {n}개</translation>
    </message>
    <message>
        <source>stride {n}</source>
        <translation>간격 {n}</translation>
    </message>
</context>
<context>
    <name>ExpertCard</name>
    <message>
        <source>{state} · rank {rank} of {experts}</source>
        <translation>{state} · {experts}개 중 {rank}위</translation>
    </message>
    <message>
        <source>L{layer} · expert {expert}</source>
        <translation>L{layer} · 전문가 {expert}</translation>
    </message>
    <message>
        <source>never chosen</source>
        <translation>선택된 적 없음</translation>
    </message>
    <message>
        <source>{name} · {share} · gate {gate:.2f} · norm {norm:.2f}</source>
        <translation>{name} · {share} · 게이트 {gate:.2f} · 노름 {norm:.2f}</translation>
    </message>
    <message>
        <source>Tokens routed</source>
        <translation>라우팅된 토큰</translation>
    </message>
    <message>
        <source>Share of layer</source>
        <translation>층 내 비율</translation>
    </message>
    <message>
        <source>Mean gate</source>
        <translation>평균 게이트</translation>
    </message>
    <message>
        <source>Output norm</source>
        <translation>출력 노름</translation>
    </message>
    <message>
        <source>Mean of</source>
        <translation>평균의 구성</translation>
    </message>
</context>
<context>
    <name>ExpertsModel</name>
    <message>
        <source>merged into {expert}, with {others}</source>
        <translation>{others}번과 함께 {expert}번에 병합</translation>
    </message>
    <message>
        <source>{most} and {last}</source>
        <translation>{most}, {last}</translation>
    </message>
    <message>
        <source>locked, kept</source>
        <translation>잠금, 유지</translation>
    </message>
    <message>
        <source>locked, dropped</source>
        <translation>잠금, 제거</translation>
    </message>
    <message>
        <source>protected</source>
        <translation>보호됨</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>dropped</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>never chosen</source>
        <translation>선택된 적 없음</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Expert</source>
        <translation>전문가</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>점수</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>순위</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>비율</translation>
    </message>
    <message>
        <source>Mean gate</source>
        <translation>평균 게이트</translation>
    </message>
    <message>
        <source>Output norm</source>
        <translation>출력 노름</translation>
    </message>
    <message>
        <source>merged into {expert}</source>
        <translation>{expert}번에 병합</translation>
    </message>
    <message>
        <source>kept, averaged with {experts}</source>
        <translation>유지, {experts}번과 평균</translation>
    </message>
</context>
<context>
    <name>ExportForm</name>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>찾아보기…</translation>
    </message>
    <message>
        <source>Compare every byte</source>
        <translation>모든 바이트 비교</translation>
    </message>
    <message>
        <source>Write to</source>
        <translation>저장 위치</translation>
    </message>
    <message>
        <source>Largest file</source>
        <translation>최대 파일 크기</translation>
    </message>
    <message>
        <source>With the source, before the folder appears under its name</source>
        <translation>폴더가 제 이름으로 나타나기 전에 원본과 비교합니다</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>옵션</translation>
    </message>
    <message>
        <source>Name a new folder.</source>
        <translation>새 폴더 이름을 적으세요.</translation>
    </message>
    <message>
        <source>This folder is not empty: name a new one.</source>
        <translation>폴더가 비어 있지 않습니다. 새 이름을 적으세요.</translation>
    </message>
    <message>
        <source>This is a file: name a folder.</source>
        <translation>파일입니다. 폴더 이름을 적으세요.</translation>
    </message>
    <message>
        <source>This is inside the model&apos;s own folder: name one beside it.</source>
        <translation>모델 폴더 안입니다. 바깥의 폴더를 적으세요.</translation>
    </message>
    <message>
        <source>A new folder; nothing appears in it until everything is written.</source>
        <translation>새 폴더입니다. 모두 쓰기 전에는 아무것도 나타나지 않습니다.</translation>
    </message>
    <message>
        <source>Needs {need}, {free} free on this disk</source>
        <translation>{need} 필요, 이 디스크에 {free} 남음</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>내보낼 폴더</translation>
    </message>
    <message>
        <source>What is written</source>
        <translation>쓸 대상</translation>
    </message>
    <message>
        <source>Current plan</source>
        <translation>현재 계획</translation>
    </message>
</context>
<context>
    <name>ExportPage</name>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>{size} written</source>
        <translation>{size} 저장함</translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>먼저 모델을 여세요.</translation>
    </message>
    <message>
        <source>The plan changed since it was exported.</source>
        <translation>내보낸 뒤에 계획이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>Nothing was exported yet.</source>
        <translation>아직 내보낸 것이 없습니다.</translation>
    </message>
    <message>
        <source>What will be written, in figures</source>
        <translation>기록될 내용의 수치</translation>
    </message>
    <message>
        <source>The same on the command line</source>
        <translation>명령줄로 같은 일 하기</translation>
    </message>
    <message>
        <source>Load it in Python</source>
        <translation>파이썬에서 불러오기</translation>
    </message>
    <message>
        <source>Nothing to export yet</source>
        <translation>아직 내보낼 것이 없습니다</translation>
    </message>
    <message>
        <source>Open a model and choose the experts to drop; the smaller checkpoint is written here, verified, in a form that stock transformers loads.</source>
        <translation>모델을 열고 제거할 전문가를 고르세요. 작아진 체크포인트를 여기에서 쓰고 검증하며, 기본 transformers가 그대로 불러옵니다.</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>Choose experts</source>
        <translation>전문가 선택</translation>
    </message>
    <message>
        <source>Write a report…</source>
        <translation>보고서 쓰기…</translation>
    </message>
</context>
<context>
    <name>Formulas</name>
    <message>
        <source>Σ over all tensors of the product of their shape</source>
        <translation>모든 텐서의 모양의 곱을 더한 값</translation>
    </message>
    <message>
        <source>all parameters − routed experts + Top-K experts of every layer</source>
        <translation>전체 파라미터 − 라우팅 전문가 + 층마다 전문가 Top-K개</translation>
    </message>
    <message>
        <source>exp(mean cross-entropy per scored token)</source>
        <translation>exp(채점한 토큰당 평균 교차 엔트로피)</translation>
    </message>
    <message>
        <source>layers with routed experts × experts of a layer</source>
        <translation>라우팅 전문가가 있는 층 × 층의 전문가</translation>
    </message>
    <message>
        <source>experts that the router chooses for a token</source>
        <translation>라우터가 토큰 하나에 고르는 전문가 수</translation>
    </message>
    <message>
        <source>Σ bytes of all tensors, by their headers</source>
        <translation>헤더로 읽은 모든 텐서 바이트의 합</translation>
    </message>
    <message>
        <source>weights + keys and values of the context + workspace, least to most</source>
        <translation>가중치 + 문맥의 키와 값 + 작업 공간, 최소에서 최대</translation>
    </message>
    <message>
        <source>Σ bytes of this part&apos;s tensors, by their headers</source>
        <translation>헤더로 읽은 이 부분 텐서 바이트의 합</translation>
    </message>
    <message>
        <source>Σ bytes of this type&apos;s tensors, by their headers</source>
        <translation>헤더로 읽은 이 자료형 텐서 바이트의 합</translation>
    </message>
    <message>
        <source>weights + keys and values of the context + workspace + 0.7 GB of libraries, least to most</source>
        <translation>가중치 + 문맥의 키와 값 + 작업 공간 + 라이브러리 0.7 GB, 최소에서 최대까지</translation>
    </message>
    <message>
        <source>FLOPs of routed experts / all FLOPs of a token after that much context</source>
        <translation>그만큼의 문맥 뒤 토큰 하나에서 라우팅된 전문가의 FLOP / 전체 FLOP</translation>
    </message>
    <message>
        <source>Σ over layers of the experts that stay</source>
        <translation>남는 전문가를 모든 층에 걸쳐 더한 수</translation>
    </message>
    <message>
        <source>{sum}, without the experts that go and their router rows</source>
        <translation>{sum}, 빠지는 전문가와 그 라우터 행은 제외</translation>
    </message>
    <message>
        <source>Σ bytes of the tensors that export would write</source>
        <translation>내보내면 쓰일 텐서 바이트의 합</translation>
    </message>
    <message>
        <source>weights + keys and values of the context + workspace, at most</source>
        <translation>가중치 + 문맥의 키와 값 + 작업 공간, 최대</translation>
    </message>
    <message>
        <source>2 × multiply-adds of attention, router, Top-K and shared experts, dense layers, head</source>
        <translation>2 × (어텐션, 라우터, Top-K와 공유 전문가, 밀집 층, 출력층의 곱셈·덧셈)</translation>
    </message>
    <message>
        <source>Σ gates of kept experts / Σ gates of all experts, over the profile&apos;s tokens</source>
        <translation>프로파일 토큰에서 유지한 전문가의 게이트 합 / 전체 전문가의 게이트 합</translation>
    </message>
    <message>
        <source>stock loaders if every layer keeps the same number of experts</source>
        <translation>모든 층이 같은 수의 전문가를 유지하면 기본 로더로 열림</translation>
    </message>
    <message>
        <source>|T_e|: tokens that chose the expert</source>
        <translation>|T_e|: 전문가를 고른 토큰 수</translation>
    </message>
    <message>
        <source>|T_e| / Σ_e |T_e| in its layer</source>
        <translation>층 안에서 |T_e| / Σ_e |T_e|</translation>
    </message>
    <message>
        <source>Σ_{T_e} g / |T_e|</source>
        <translation>Σ_{T_e} g / |T_e|</translation>
    </message>
    <message>
        <source>Σ_{T_e} ‖f‖ / |T_e|</source>
        <translation>Σ_{T_e} ‖f‖ / |T_e|</translation>
    </message>
    <message>
        <source>place in its layer, highest score first</source>
        <translation>층 안의 순위, 점수가 높은 순</translation>
    </message>
    <message>
        <source>{perplexity}, of this domain alone</source>
        <translation>{perplexity}, 이 영역만</translation>
    </message>
    <message>
        <source>mean KL(original ‖ this) in nats per token</source>
        <translation>토큰당 평균 KL(원본 ‖ 이것), nat</translation>
    </message>
    <message>
        <source>share of tokens whose likeliest next token is the same</source>
        <translation>가장 유력한 다음 토큰이 같은 토큰의 비율</translation>
    </message>
    <message>
        <source>share of questions whose right answer has the highest log-likelihood</source>
        <translation>정답의 로그 우도가 가장 높은 문제의 비율</translation>
    </message>
    <message>
        <source>tokens of a prompt / seconds to its last logits</source>
        <translation>프롬프트의 토큰 수 / 마지막 로짓까지 걸린 초</translation>
    </message>
    <message>
        <source>tokens written one by one / seconds</source>
        <translation>하나씩 생성한 토큰 수 / 걸린 초</translation>
    </message>
    <message>
        <source>mean over MoE layers and tokens of −Σ p log p of the router</source>
        <translation>라우터의 −Σ p log p를 MoE 층과 토큰에 걸쳐 평균한 값</translation>
    </message>
    <message>
        <source>{perplexity}, at the end of the trial</source>
        <translation>{perplexity}, 시험이 끝났을 때</translation>
    </message>
    <message>
        <source>time from the first step to the last</source>
        <translation>첫 단계부터 마지막 단계까지 걸린 시간</translation>
    </message>
    <message>
        <source>{perplexity}, on the held-out texts</source>
        <translation>{perplexity}, 따로 둔 텍스트에서</translation>
    </message>
    <message>
        <source>cross-entropy + λ · router entropy + α · KL(teacher ‖ student)</source>
        <translation>교차 엔트로피 + λ · 라우터 엔트로피 + α · KL(교사 ‖ 학생)</translation>
    </message>
    <message>
        <source>mean −log p of the next token, over the step&apos;s tokens</source>
        <translation>이 단계의 토큰에 걸친 다음 토큰 −log p의 평균</translation>
    </message>
    <message>
        <source>Top-K by the schedule at this step</source>
        <translation>이 단계에서 일정이 정한 Top-K</translation>
    </message>
    <message>
        <source>highest rate × (warm-up, then its decay)</source>
        <translation>최고 학습률 × (예열, 그다음 감쇠)</translation>
    </message>
    <message>
        <source>weights + gradients + optimiser + teacher + activations + logits, with room for fragments and the framework</source>
        <translation>가중치 + 기울기 + 옵티마이저 + 교사 + 활성값 + 로짓, 조각과 프레임워크 몫의 여유 포함</translation>
    </message>
    <message>
        <source>FLOPs of all steps / speed of the device</source>
        <translation>모든 단계의 FLOP / 장치의 속도</translation>
    </message>
    <message>
        <source>Σ parameters of what may change</source>
        <translation>바뀔 수 있는 파라미터의 합</translation>
    </message>
    <message>
        <source>steps × sequences of a batch × batches of a step × sequence length</source>
        <translation>단계 수 × 배치의 시퀀스 수 × 단계의 배치 수 × 시퀀스 길이</translation>
    </message>
</context>
<context>
    <name>HeatMap</name>
    <message>
        <source>Heat map of experts</source>
        <translation>전문가 히트맵</translation>
    </message>
    <message>
        <source>Arrow keys move between experts, Space keeps or drops, L locks, Shift with a drag draws a box, Ctrl with the wheel zooms, F shows everything.</source>
        <translation>화살표 키로 전문가 사이를 옮기고, Space로 유지하거나 제거하고, L로 잠급니다. Shift와 끌기로 상자를 그리고, Ctrl과 휠로 확대하며, F로 전체를 봅니다.</translation>
    </message>
</context>
<context>
    <name>HeatMapCanvas</name>
    <message>
        <source>Rank</source>
        <translation>순위</translation>
    </message>
    <message>
        <source>Expert</source>
        <translation>전문가</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>자리</translation>
    </message>
</context>
<context>
    <name>HelpButton</name>
    <message>
        <source>Help: {name}</source>
        <translation>도움말: {name}</translation>
    </message>
    <message>
        <source>What is this?</source>
        <translation>무엇인가요?</translation>
    </message>
</context>
<context>
    <name>HelpDesk</name>
    <message>
        <source>Help</source>
        <translation>도움말</translation>
    </message>
    <message>
        <source>Help for this page</source>
        <translation>이 페이지 도움말</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>Take the tour</source>
        <translation>둘러보기</translation>
    </message>
    <message>
        <source>About SEER Studio</source>
        <translation>SEER Studio 정보</translation>
    </message>
</context>
<context>
    <name>HelpPopover</name>
    <message>
        <source>More</source>
        <translation>더 보기</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
</context>
<context>
    <name>HelpWindow</name>
    <message>
        <source>Help</source>
        <translation>도움말</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>검색</translation>
    </message>
    <message>
        <source>Search the help pages</source>
        <translation>도움말 검색</translation>
    </message>
    <message>
        <source>Topics</source>
        <translation>주제</translation>
    </message>
    <message>
        <source>No page says this.</source>
        <translation>이런 내용이 없습니다.</translation>
    </message>
    <message>
        <source>Help text</source>
        <translation>도움말 본문</translation>
    </message>
</context>
<context>
    <name>HistogramChart</name>
    <message>
        <source>Scores (drag to drop everything below)</source>
        <translation>점수 (끌면 그 아래를 모두 제거)</translation>
    </message>
    <message>
        <source>{count:,} below {value}</source>
        <translation>{value} 아래 {count:,}개</translation>
    </message>
</context>
<context>
    <name>HistoryButton</name>
    <message>
        <source>History</source>
        <translation>기록</translation>
    </message>
    <message>
        <source>Every change of the plan; click one to go back to it</source>
        <translation>계획의 모든 변경. 누르면 그때로 돌아갑니다</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>CHANGES OF THE PLAN</source>
        <translation>계획의 변경</translation>
    </message>
    <message>
        <source>Save the list (CSV)…</source>
        <translation>목록 저장 (CSV)…</translation>
    </message>
    <message>
        <source>Copy the list</source>
        <translation>목록 복사</translation>
    </message>
</context>
<context>
    <name>HistoryModel</name>
    <message>
        <source>undone</source>
        <translation>실행 취소됨</translation>
    </message>
    <message>
        <source>Earlier steps are forgotten</source>
        <translation>더 이전 단계는 남아 있지 않음</translation>
    </message>
    <message>
        <source>As it was opened</source>
        <translation>열었을 때</translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>What made it</source>
        <translation>만들어진 방법</translation>
    </message>
    <message>
        <source>Perplexity against</source>
        <translation>퍼플렉시티 비교 대상</translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation>비교 대상</translation>
    </message>
    <message>
        <source>Use this plan</source>
        <translation>이 계획 사용</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>측정</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation>명령 복사</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>No variant chosen</source>
        <translation>고른 변형 없음</translation>
    </message>
    <message>
        <source>Choose a row to see what made it.</source>
        <translation>행을 고르면 어떻게 만들어졌는지 보입니다.</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>파라미터</translation>
    </message>
    <message>
        <source>Active per token</source>
        <translation>토큰당 활성</translation>
    </message>
    <message>
        <source>Experts kept</source>
        <translation>유지한 전문가</translation>
    </message>
    <message>
        <source>KL, nats</source>
        <translation>KL, nats</translation>
    </message>
    <message>
        <source>Top-1 same</source>
        <translation>Top-1 일치</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>작성함</translation>
    </message>
    <message>
        <source>Ranked by</source>
        <translation>순위 기준</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>계획</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>텍스트</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>측정함</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Not measured yet.</source>
        <translation>아직 측정하지 않았습니다.</translation>
    </message>
    <message>
        <source>all domains</source>
        <translation>모든 영역</translation>
    </message>
    <message>
        <source>“{name}” was measured on other texts: measure both on the same ones.</source>
        <translation>“{name}”은(는) 다른 텍스트로 쟀습니다. 둘을 같은 텍스트로 재세요.</translation>
    </message>
    <message>
        <source>The model&apos;s tokenizer.json is needed to read them.</source>
        <translation>읽으려면 모델의 tokenizer.json이 필요합니다.</translation>
    </message>
    <message>
        <source>Calibrate first: then this card tells what the expert does.</source>
        <translation>먼저 보정하세요. 그러면 이 카드가 전문가의 역할을 알려 줍니다.</translation>
    </message>
    <message>
        <source>BY DOMAIN</source>
        <translation>영역별</translation>
    </message>
    <message>
        <source>TOKENS THAT CHOOSE IT</source>
        <translation>이 전문가를 고르는 토큰</translation>
    </message>
    <message>
        <source>FIRES TOGETHER WITH</source>
        <translation>함께 활성화</translation>
    </message>
    <message>
        <source>RANK BY OTHER SCORES</source>
        <translation>다른 점수의 순위</translation>
    </message>
    <message>
        <source>Drop ␣</source>
        <translation>제거 ␣</translation>
    </message>
    <message>
        <source>Keep ␣</source>
        <translation>유지 ␣</translation>
    </message>
    <message>
        <source>It is locked: unlock it first</source>
        <translation>잠겨 있습니다. 먼저 푸세요</translation>
    </message>
    <message>
        <source>Space does the same</source>
        <translation>Space 키와 같습니다</translation>
    </message>
    <message>
        <source>Unlock L</source>
        <translation>잠금 풀기 L</translation>
    </message>
    <message>
        <source>Lock L</source>
        <translation>잠금 L</translation>
    </message>
    <message>
        <source>{rank} of {experts}</source>
        <translation>{experts} 중 {rank}</translation>
    </message>
    <message>
        <source>Click</source>
        <translation>클릭</translation>
    </message>
    <message>
        <source>drop or keep an expert</source>
        <translation>전문가 제거 또는 유지</translation>
    </message>
    <message>
        <source>Drag</source>
        <translation>끌기</translation>
    </message>
    <message>
        <source>paint</source>
        <translation>칠하기</translation>
    </message>
    <message>
        <source>Shift + drag</source>
        <translation>Shift + 끌기</translation>
    </message>
    <message>
        <source>box</source>
        <translation>상자</translation>
    </message>
    <message>
        <source>Click a layer</source>
        <translation>층 클릭</translation>
    </message>
    <message>
        <source>select it</source>
        <translation>층 선택</translation>
    </message>
    <message>
        <source>Arrows</source>
        <translation>화살표</translation>
    </message>
    <message>
        <source>move</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Space</translation>
    </message>
    <message>
        <source>drop or keep</source>
        <translation>제거 또는 유지</translation>
    </message>
    <message>
        <source>lock or unlock</source>
        <translation>잠그기 또는 풀기</translation>
    </message>
    <message>
        <source>Ctrl + wheel</source>
        <translation>Ctrl + 휠</translation>
    </message>
    <message>
        <source>zoom</source>
        <translation>확대</translation>
    </message>
    <message>
        <source>show everything</source>
        <translation>전체 보기</translation>
    </message>
    <message>
        <source>cancel a stroke</source>
        <translation>칠하기 취소</translation>
    </message>
    <message>
        <source>Pick an expert</source>
        <translation>전문가를 고르세요</translation>
    </message>
    <message>
        <source>Click a cell, or move with the arrow keys.</source>
        <translation>칸을 클릭하거나 화살표 키로 옮기세요.</translation>
    </message>
    <message>
        <source>Paired difference</source>
        <translation>짝지은 차이</translation>
    </message>
    <message>
        <source>Loss in nats per token and accuracy in points, each with the standard error of the difference on the same sequences and questions.</source>
        <translation>손실은 토큰당 nat, 정확도는 퍼센트포인트이며, 같은 시퀀스와 문제에서 잰 차이의 표준 오차를 함께 적습니다.</translation>
    </message>
    <message>
        <source>Questions</source>
        <translation>문제</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>속도</translation>
    </message>
    <message>
        <source>Measure speed</source>
        <translation>속도 재기</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>다시 재기</translation>
    </message>
    <message>
        <source>by guessing</source>
        <translation>찍었을 때</translation>
    </message>
    <message>
        <source>Prefill</source>
        <translation>프롬프트 읽기</translation>
    </message>
    <message>
        <source>Decoding</source>
        <translation>생성</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>첫 토큰</translation>
    </message>
    <message>
        <source>Each further token</source>
        <translation>다음 토큰마다</translation>
    </message>
    <message>
        <source>Batch, context</source>
        <translation>배치, 문맥</translation>
    </message>
    <message>
        <source>Ran as</source>
        <translation>실행 방식</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>프로파일</translation>
    </message>
    <message>
        <source>Windows</source>
        <translation>창</translation>
    </message>
    <message>
        <source>Libraries</source>
        <translation>라이브러리</translation>
    </message>
</context>
<context>
    <name>JobDesk</name>
    <message>
        <source>Something unexpected happened: {what}</source>
        <translation>예기치 않은 일이 생겼습니다: {what}</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>작업</translation>
    </message>
</context>
<context>
    <name>JobDock</name>
    <message>
        <source>Jobs</source>
        <translation>작업</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>기록</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>위로</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>아래로</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>목록에서 삭제</translation>
    </message>
    <message>
        <source>What went wrong</source>
        <translation>무엇이 잘못되었나</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation>명령 복사</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>기록 보기</translation>
    </message>
    <message>
        <source>Hide the jobs</source>
        <translation>작업 숨기기</translation>
    </message>
    <message>
        <source>Open the log file</source>
        <translation>로그 파일 열기</translation>
    </message>
</context>
<context>
    <name>JobsModel</name>
    <message>
        <source>Stopping…</source>
        <translation>멈추는 중…</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>일시 정지됨</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>취소됨</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>시작하는 중…</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>{time} 남음</translation>
    </message>
    <message>
        <source>Not finished last time. Resume?</source>
        <translation>지난번에 끝나지 않았습니다. 계속할까요?</translation>
    </message>
</context>
<context>
    <name>Keeper</name>
    <message>
        <source>Save the project</source>
        <translation>프로젝트 저장</translation>
    </message>
</context>
<context>
    <name>KeptSession</name>
    <message>
        <source>read-only</source>
        <translation>읽기 전용</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>저장 안 됨</translation>
    </message>
    <message>
        <source>saving…</source>
        <translation>저장 중…</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>저장됨</translation>
    </message>
    <message>
        <source>Open {name}</source>
        <translation>{name} 열기</translation>
    </message>
    <message>
        <source>could not be saved</source>
        <translation>저장하지 못함</translation>
    </message>
</context>
<context>
    <name>LayerBars</name>
    <message>
        <source>Scores of the layer&apos;s experts</source>
        <translation>층의 전문가 점수</translation>
    </message>
</context>
<context>
    <name>LayerRibbon</name>
    <message>
        <source>{moe} of {layers} layers have experts: {counts}</source>
        <translation>{layers}개 층 중 {moe}개에 전문가가 있음: {counts}</translation>
    </message>
    <message>
        <source>Layer {layer}: dense</source>
        <translation>{layer}층: 밀집</translation>
    </message>
    <message>
        <source>Layer {layer}: {count} experts</source>
        <translation>{layer}층: 전문가 {count}개</translation>
    </message>
</context>
<context>
    <name>LayerView</name>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Layer above (Page Up)</source>
        <translation>위 층 (Page Up)</translation>
    </message>
    <message>
        <source>Layer below (Page Down)</source>
        <translation>아래 층 (Page Down)</translation>
    </message>
    <message>
        <source>{metric} · keeps {kept} of {all}</source>
        <translation>{metric} · {all}개 중 {kept}개 유지</translation>
    </message>
    <message>
        <source>{text} · {count} merged</source>
        <translation>{text} · {count}개 병합</translation>
    </message>
    <message>
        <source>{text} · coverage {share}</source>
        <translation>{text} · 커버리지 {share}</translation>
    </message>
    <message>
        <source>{text} · entropy {entropy:.2f} of {most:.2f} nats</source>
        <translation>{text} · 엔트로피 {entropy:.2f} / {most:.2f} nats</translation>
    </message>
    <message>
        <source>L{layer} · E{expert} · {metric} {score:.4g} · rank {rank}</source>
        <translation>L{layer} · E{expert} · {metric} {score:.4g} · {rank}위</translation>
    </message>
    <message>
        <source>Coverage of this layer by number of experts kept, best first</source>
        <translation>남긴 전문가 수에 따른 이 층의 포괄률, 좋은 것부터</translation>
    </message>
    <message>
        <source>drag the line</source>
        <translation>선을 끌어 보세요</translation>
    </message>
    <message>
        <source>{model} · layer {layer}</source>
        <translation>{model} · {layer}층</translation>
    </message>
</context>
<context>
    <name>LayersBeside</name>
    <message>
        <source>Routing entropy</source>
        <translation type="unfinished">라우팅 엔트로피</translation>
    </message>
    <message>
        <source>Mean entropy of the router in nats; full height is ln E</source>
        <translation type="unfinished">라우터의 평균 엔트로피 (nats). 끝까지 차면 ln E</translation>
    </message>
    <message>
        <source>Experts in use</source>
        <translation type="unfinished">실제로 쓰는 전문가</translation>
    </message>
    <message>
        <source>exp of the entropy of the shares: as many experts as would be used evenly</source>
        <translation type="unfinished">비율의 엔트로피의 exp: 고르게 쓴다면 몇 명인지</translation>
    </message>
    <message>
        <source>Largest share</source>
        <translation>가장 큰 비율</translation>
    </message>
    <message>
        <source>Share of the layer&apos;s choices that its busiest expert has</source>
        <translation>층의 선택 중 가장 많이 쓰인 전문가의 비율</translation>
    </message>
    <message>
        <source>Never chosen</source>
        <translation type="unfinished">선택된 적 없음</translation>
    </message>
    <message>
        <source>Experts that no token chose</source>
        <translation type="unfinished">어떤 토큰도 고르지 않은 전문가</translation>
    </message>
    <message>
        <source>mean over the layers: entropy {a} → {b} nats, experts in use {used_a} → {used_b}</source>
        <translation>층 평균: 엔트로피 {a} → {b} nat, 쓰이는 전문가 {used_a} → {used_b}</translation>
    </message>
    <message>
        <source>mean {values}</source>
        <translation>평균 {values}</translation>
    </message>
</context>
<context>
    <name>Leaving</name>
    <message>
        <source>{jobs}: quitting stops it. It is offered again next time.</source>
        <translation>{jobs}: 종료하면 멈춥니다. 다음에 다시 이어서 할지 묻습니다.</translation>
    </message>
    <message>
        <source>A job is still running</source>
        <translation>작업이 아직 실행 중입니다</translation>
    </message>
    <message>
        <source>Stop and quit</source>
        <translation>멈추고 종료</translation>
    </message>
    <message>
        <source>Keep working</source>
        <translation>계속 작업</translation>
    </message>
    <message>
        <source>{why}. Quitting loses what has changed since it was saved the last time.</source>
        <translation>{why}. 종료하면 마지막으로 저장한 뒤에 바뀐 것을 잃습니다.</translation>
    </message>
    <message>
        <source>The project cannot be saved</source>
        <translation>프로젝트를 저장할 수 없습니다</translation>
    </message>
    <message>
        <source>Quit without saving</source>
        <translation>저장하지 않고 종료</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>Colour scale from {low} to {high}</source>
        <translation>{low}부터 {high}까지의 색</translation>
    </message>
    <message>
        <source>dropped</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>merged</source>
        <translation>병합</translation>
    </message>
    <message>
        <source>mean of several</source>
        <translation>여럿의 평균</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>잠금</translation>
    </message>
    <message>
        <source>protected</source>
        <translation>보호됨</translation>
    </message>
    <message>
        <source>never chosen</source>
        <translation>선택된 적 없음</translation>
    </message>
    <message>
        <source>not profiled</source>
        <translation>프로파일 안 함</translation>
    </message>
</context>
<context>
    <name>LensAsk</name>
    <message>
        <source>Type or paste a text: see which experts each token uses in every layer</source>
        <translation type="unfinished">텍스트를 입력하거나 붙여넣으세요. 토큰마다 층별로 어떤 전문가를 쓰는지 보입니다</translation>
    </message>
    <message>
        <source>Text to look at</source>
        <translation type="unfinished">살펴볼 텍스트</translation>
    </message>
    <message>
        <source>Look</source>
        <translation type="unfinished">살펴보기</translation>
    </message>
    <message>
        <source>Run the model over this text (Ctrl+Enter)</source>
        <translation type="unfinished">이 텍스트로 모델을 실행합니다 (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation type="unfinished">예문</translation>
    </message>
    <message>
        <source>Save or open what was looked at</source>
        <translation type="unfinished">살펴본 결과 저장 또는 열기</translation>
    </message>
</context>
<context>
    <name>Lower</name>
    <message>
        <source>Charts</source>
        <translation>그래프</translation>
    </message>
    <message>
        <source>Table of experts</source>
        <translation>전문가 표</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>전문가</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Welcome</source>
        <translation>시작</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>보정</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>선택</translation>
    </message>
    <message>
        <source>Tune</source>
        <translation>미세 조정</translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation>평가</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>This page has no command</source>
        <translation>이 페이지에는 명령이 없습니다</translation>
    </message>
    <message>
        <source>Copied: {text}</source>
        <translation>복사함: {text}</translation>
    </message>
</context>
<context>
    <name>Margins</name>
    <message>
        <source>Kept, coverage and routing entropy of every layer</source>
        <translation>층마다 유지 수, 커버리지, 라우팅 엔트로피</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>coverage</source>
        <translation>커버리지</translation>
    </message>
    <message>
        <source>entropy</source>
        <translation>엔트로피</translation>
    </message>
</context>
<context>
    <name>ModelGuard</name>
    <message>
        <source>The model folder {folder} is not there any more. Plan and profile are kept; nothing that reads the model can run until it is back.</source>
        <translation>모델 폴더 {folder}이(가) 더는 없습니다. 계획과 프로파일은 그대로입니다. 폴더가 돌아올 때까지 모델을 읽는 작업은 실행할 수 없습니다.</translation>
    </message>
    <message>
        <source>Choose again…</source>
        <translation>다시 선택…</translation>
    </message>
    <message>
        <source>The model in {folder} has changed since it was opened. What was measured is of the model as it was.</source>
        <translation>{folder}의 모델이 연 뒤에 바뀌었습니다. 측정한 값은 바뀌기 전 모델의 것입니다.</translation>
    </message>
    <message>
        <source>Open it anew</source>
        <translation>새로 열기</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>나중에</translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message>
        <source>Calibrate</source>
        <translation>보정</translation>
    </message>
    <message>
        <source>No model is open</source>
        <translation>열린 모델이 없습니다</translation>
    </message>
    <message>
        <source>Open the demo or a model folder. Its headers are read at once.</source>
        <translation>데모나 모델 폴더를 여세요. 헤더를 바로 읽습니다.</translation>
    </message>
    <message>
        <source>Open demo</source>
        <translation>데모 열기</translation>
    </message>
    <message>
        <source>MoE layers × experts</source>
        <translation>MoE 층 × 전문가</translation>
    </message>
    <message>
        <source>Experts per token</source>
        <translation>토큰당 전문가</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>파라미터</translation>
    </message>
    <message>
        <source>Active per token</source>
        <translation>토큰당 활성</translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation>체크포인트</translation>
    </message>
    <message>
        <source>Needs VRAM</source>
        <translation>필요한 VRAM</translation>
    </message>
    <message>
        <source>The model in figures</source>
        <translation>숫자로 보는 모델</translation>
    </message>
    <message>
        <source>Where the bytes are</source>
        <translation>바이트가 있는 곳</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>구조</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Bytes by type</source>
        <translation>자료형별 바이트</translation>
    </message>
    <message>
        <source>Does it fit?</source>
        <translation>들어가나요?</translation>
    </message>
    <message>
        <source>Video memory</source>
        <translation>비디오 메모리</translation>
    </message>
    <message>
        <source>Main memory</source>
        <translation>주 메모리</translation>
    </message>
    <message>
        <source>Column height: experts of the layer. The bright part: the {k} that one token uses.</source>
        <translation>기둥 높이: 층의 전문가 수. 밝은 부분: 토큰 하나가 쓰는 {k}개.</translation>
    </message>
    <message>
        <source>Demo model</source>
        <translation>데모 모델</translation>
    </message>
    <message>
        <source>comes with SEER Studio</source>
        <translation>SEER Studio에 동봉됨</translation>
    </message>
    <message>
        <source>of {layers} layers</source>
        <translation>{layers}개 층 중</translation>
    </message>
    <message>
        <source>{share} in experts</source>
        <translation>전문가가 {share}</translation>
    </message>
    <message>
        <source>{share} of all</source>
        <translation>전체의 {share}</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>파일 1개</translation>
    </message>
    <message>
        <source>{count} files</source>
        <translation>파일 {count}개</translation>
    </message>
    <message>
        <source>config.json only</source>
        <translation>config.json만 있음</translation>
    </message>
    <message>
        <source>Routed experts</source>
        <translation>라우팅 전문가</translation>
    </message>
    <message>
        <source>Shared experts</source>
        <translation>공유 전문가</translation>
    </message>
    <message>
        <source>Routers</source>
        <translation>라우터</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>어텐션</translation>
    </message>
    <message>
        <source>Embedding and head</source>
        <translation>임베딩과 헤드</translation>
    </message>
    <message>
        <source>Dense layers</source>
        <translation>밀집 층</translation>
    </message>
    <message>
        <source>Norms and the rest</source>
        <translation>정규화 및 기타</translation>
    </message>
    <message>
        <source>Next-token prediction layers</source>
        <translation>다중 토큰 예측 층</translation>
    </message>
    <message>
        <source>whole model, {tokens} tokens of context</source>
        <translation>모델 전체, 문맥 토큰 {tokens}</translation>
    </message>
    <message>
        <source>no GPU here</source>
        <translation>GPU 없음</translation>
    </message>
    <message>
        <source>No NVIDIA GPU found</source>
        <translation>NVIDIA GPU를 찾지 못했습니다</translation>
    </message>
    <message>
        <source>Fits: {free} free</source>
        <translation>들어감: {free} 남음</translation>
    </message>
    <message>
        <source>May just fit: {free} free</source>
        <translation>겨우 들어갈 수 있음: {free} 남음</translation>
    </message>
    <message>
        <source>Does not fit: {free} free</source>
        <translation>들어가지 않음: {free} 남음</translation>
    </message>
    <message>
        <source>Model type</source>
        <translation>모델 종류</translation>
    </message>
    <message>
        <source>MoE layers</source>
        <translation>MoE 층</translation>
    </message>
    <message>
        <source>Experts per layer</source>
        <translation>층당 전문가</translation>
    </message>
    <message>
        <source>Routing</source>
        <translation>라우팅</translation>
    </message>
    <message>
        <source>Router groups</source>
        <translation>라우터 그룹</translation>
    </message>
    <message>
        <source>Parameters of one expert</source>
        <translation>전문가 하나의 파라미터</translation>
    </message>
    <message>
        <source>Hidden size</source>
        <translation>은닉 크기</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>어휘</translation>
    </message>
    <message>
        <source>Head tied</source>
        <translation>헤드 공유</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>예</translation>
    </message>
    <message>
        <source>no</source>
        <translation>아니요</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>지문</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>먼저 모델을 여세요.</translation>
    </message>
    <message>
        <source>The model&apos;s headers are read.</source>
        <translation>모델의 헤더를 읽었습니다.</translation>
    </message>
</context>
<context>
    <name>ModelWatch</name>
    <message>
        <source>Look at the model</source>
        <translation>모델 확인</translation>
    </message>
</context>
<context>
    <name>NetworkView</name>
    <message>
        <source>Every bar is a layer, from the first to the last. The lower charts ask how much of each score the plan keeps, whatever score it was made by. Click a layer to open it.</source>
        <translation>막대 하나가 층 하나이며 첫 층부터 끝 층까지입니다. 아래 그림들은 계획을 어떤 점수로 만들었든 각 점수의 얼마를 지키는지 보여 줍니다. 층을 누르면 열립니다.</translation>
    </message>
    <message>
        <source>Experts kept</source>
        <translation>유지한 전문가</translation>
    </message>
    <message>
        <source>Coverage</source>
        <translation>커버리지</translation>
    </message>
    <message>
        <source>Share of the routed mass that the kept experts carry</source>
        <translation>유지한 전문가가 나르는 라우팅 질량의 비율</translation>
    </message>
    <message>
        <source>Routing entropy</source>
        <translation>라우팅 엔트로피</translation>
    </message>
    <message>
        <source>Mean entropy of the router in nats; full height is ln E</source>
        <translation>라우터의 평균 엔트로피 (nats). 끝까지 차면 ln E</translation>
    </message>
    <message>
        <source>Experts in use</source>
        <translation>실제로 쓰는 전문가</translation>
    </message>
    <message>
        <source>exp of the entropy of the shares: as many experts as would be used evenly</source>
        <translation>비율의 엔트로피의 exp: 고르게 쓴다면 몇 명인지</translation>
    </message>
    <message>
        <source>Output norm</source>
        <translation>출력 노름</translation>
    </message>
    <message>
        <source>Mean norm of an expert&apos;s output before its gate</source>
        <translation>게이트 앞 전문가 출력의 평균 노름</translation>
    </message>
    <message>
        <source>Never chosen</source>
        <translation>선택된 적 없음</translation>
    </message>
    <message>
        <source>Experts that no token chose</source>
        <translation>어떤 토큰도 고르지 않은 전문가</translation>
    </message>
    <message>
        <source>Share of the layer&apos;s {metric} that the kept experts hold</source>
        <translation>층의 {metric} 가운데 유지한 전문가가 가진 비율</translation>
    </message>
    <message>
        <source>{metric} · {kept} of {total} experts kept</source>
        <translation>{metric} · 전문가 {total}개 중 {kept}개 유지</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>No profile yet: calibrate to see which experts the model uses.</source>
        <translation>아직 프로파일이 없습니다. 보정하면 모델이 쓰는 전문가가 보입니다.</translation>
    </message>
    <message>
        <source>Go to Calibrate</source>
        <translation>보정으로 가기</translation>
    </message>
    <message>
        <source>{text} (and {more} more)</source>
        <translation>{text} (외 {more}개)</translation>
    </message>
    <message>
        <source>{what}; try: {remedy}</source>
        <translation>{what}. 해결: {remedy}</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>확인</translation>
    </message>
</context>
<context>
    <name>NumberField</name>
    <message>
        <source>{value} (automatic)</source>
        <translation>{value} (자동)</translation>
    </message>
    <message>
        <source>A number of at least {least}</source>
        <translation>{least} 이상의 수</translation>
    </message>
    <message>
        <source>A number from {least} to {most}</source>
        <translation>{least}에서 {most}까지의 수</translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <source>{count} tok/s</source>
        <translation>초당 토큰 {count}</translation>
    </message>
    <message>
        <source>{count} steps/s</source>
        <translation>{count}단계/초</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>tensors</source>
        <translation>텐서</translation>
    </message>
    <message>
        <source>documents</source>
        <translation>문서</translation>
    </message>
    <message>
        <source>batches</source>
        <translation>배치</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>trials</source>
        <translation>시험</translation>
    </message>
    <message>
        <source>experiments</source>
        <translation>실험</translation>
    </message>
    <message>
        <source>experts</source>
        <translation>전문가</translation>
    </message>
    <message>
        <source>layers</source>
        <translation>층</translation>
    </message>
    <message>
        <source>masks</source>
        <translation>마스크</translation>
    </message>
    <message>
        <source>questions</source>
        <translation>문제</translation>
    </message>
    <message>
        <source>requests</source>
        <translation>요청</translation>
    </message>
    <message>
        <source>rounds</source>
        <translation>회차</translation>
    </message>
    <message>
        <source>{count} {unit}</source>
        <translation>{unit} {count}</translation>
    </message>
    <message>
        <source>{count} {unit}/s</source>
        <translation>초당 {unit} {count}</translation>
    </message>
</context>
<context>
    <name>OnlyInBModel</name>
    <message>
        <source>The expert</source>
        <translation>전문가</translation>
    </message>
    <message>
        <source>Its rank in its layer by A, and by B</source>
        <translation>A와 B에서의 층 내 순위</translation>
    </message>
    <message>
        <source>Its share of its layer&apos;s score in A</source>
        <translation>A에서 층 점수 중 비율</translation>
    </message>
    <message>
        <source>Its share of its layer&apos;s score in B</source>
        <translation>B에서 층 점수 중 비율</translation>
    </message>
    <message>
        <source>Expert</source>
        <translation>전문가</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>순위</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
</context>
<context>
    <name>Opener</name>
    <message>
        <source>Open recent</source>
        <translation>최근 항목 열기</translation>
    </message>
    <message>
        <source>Open model folder</source>
        <translation>모델 폴더 열기</translation>
    </message>
    <message>
        <source>Open project</source>
        <translation>프로젝트 열기</translation>
    </message>
    <message>
        <source>Save project in an empty folder</source>
        <translation>빈 폴더에 프로젝트 저장</translation>
    </message>
    <message>
        <source>The project could not be saved</source>
        <translation>프로젝트를 저장하지 못했습니다</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>저장 안 됨</translation>
    </message>
    <message>
        <source>A job is still running</source>
        <translation>작업이 아직 실행 중입니다</translation>
    </message>
    <message>
        <source>Profiles (*.safetensors)</source>
        <translation type="unfinished">프로파일 (*.safetensors)</translation>
    </message>
    <message>
        <source>Open profile</source>
        <translation type="unfinished">프로파일 열기</translation>
    </message>
    <message>
        <source>A profile belongs to a model, and none is open</source>
        <translation>프로파일은 모델에 속하는데 열린 모델이 없습니다</translation>
    </message>
    <message>
        <source>open the model that was profiled first</source>
        <translation>먼저 프로파일링한 모델을 여십시오</translation>
    </message>
    <message>
        <source>{jobs}: opening something else stops it. It is offered again when this project is opened.</source>
        <translation>{jobs}: 다른 것을 열면 멈춥니다. 이 프로젝트를 다시 열면 이어서 할지 묻습니다.</translation>
    </message>
    <message>
        <source>Stop and open</source>
        <translation>멈추고 열기</translation>
    </message>
    <message>
        <source>Keep working</source>
        <translation>계속 작업</translation>
    </message>
    <message>
        <source>Open read-only</source>
        <translation>읽기 전용으로 열기</translation>
    </message>
    <message>
        <source>{what}. Read-only, everything can be looked at and saved elsewhere.</source>
        <translation>{what}. 읽기 전용으로 열면 모두 볼 수 있고 다른 곳에 저장할 수 있습니다.</translation>
    </message>
    <message>
        <source>Take over</source>
        <translation>넘겨받기</translation>
    </message>
    <message>
        <source>{what}. Take it over only if no window there is using it any more: two that save into one folder lose each other&apos;s work.</source>
        <translation>{what}. 그곳에서 더 이상 쓰는 창이 없을 때만 넘겨받으세요. 두 창이 한 폴더에 저장하면 서로의 작업을 잃습니다.</translation>
    </message>
    <message>
        <source>“{name}” is open elsewhere</source>
        <translation>“{name}”은(는) 다른 곳에서 열려 있습니다</translation>
    </message>
    <message>
        <source>The model of “{name}” was not found</source>
        <translation>“{name}”의 모델을 찾지 못했습니다</translation>
    </message>
    <message>
        <source>{what}. If it was moved, choose its folder again; the project is whole.</source>
        <translation>{what}. 옮겼다면 폴더를 다시 선택하세요. 프로젝트는 온전합니다.</translation>
    </message>
    <message>
        <source>Choose again…</source>
        <translation>다시 선택…</translation>
    </message>
    <message>
        <source>Where the model lies now</source>
        <translation>지금 모델이 있는 곳</translation>
    </message>
</context>
<context>
    <name>Origins</name>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>프로파일</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>계획</translation>
    </message>
    <message>
        <source>Measurement</source>
        <translation>측정</translation>
    </message>
    <message>
        <source>Exported checkpoint</source>
        <translation>내보낸 체크포인트</translation>
    </message>
    <message>
        <source>No single command makes this: hands were in it.</source>
        <translation type="unfinished">명령 하나로는 만들 수 없습니다. 손으로 고친 부분이 있습니다.</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>예</translation>
    </message>
    <message>
        <source>no</source>
        <translation>아니요</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Model type</source>
        <translation>모델 종류</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>지문</translation>
    </message>
    <message>
        <source>Model&apos;s fingerprint</source>
        <translation>모델 지문</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>텍스트</translation>
    </message>
    <message>
        <source>Packed texts</source>
        <translation>묶은 텍스트</translation>
    </message>
    <message>
        <source>Domains</source>
        <translation>영역</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Sequences</source>
        <translation>시퀀스</translation>
    </message>
    <message>
        <source>Token budget</source>
        <translation>토큰 예산</translation>
    </message>
    <message>
        <source>Sequence length</source>
        <translation>시퀀스 길이</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>배치 크기</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Documents joined</source>
        <translation>문서 이어 붙임</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>대화 템플릿</translation>
    </message>
    <message>
        <source>Dtype</source>
        <translation>자료형</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>Streamed</source>
        <translation>스트리밍</translation>
    </message>
    <message>
        <source>Top-K</source>
        <translation>Top-K</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>초</translation>
    </message>
    <message>
        <source>Made at (UTC)</source>
        <translation>만든 때 (UTC)</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>버전</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>지표</translation>
    </message>
    <message>
        <source>Scope</source>
        <translation>범위</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>규칙</translation>
    </message>
    <message>
        <source>Locked experts</source>
        <translation>잠근 전문가</translation>
    </message>
    <message>
        <source>Protected super-experts</source>
        <translation>보호된 슈퍼 전문가</translation>
    </message>
    <message>
        <source>Experts kept</source>
        <translation>유지한 전문가</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>바이트</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>검증됨</translation>
    </message>
    <message>
        <source>Expert</source>
        <translation type="unfinished">전문가</translation>
    </message>
    <message>
        <source>Domain weights</source>
        <translation>영역 가중치</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>작업</translation>
    </message>
    <message>
        <source>Measured as</source>
        <translation>측정 방식</translation>
    </message>
    <message>
        <source>Starts from</source>
        <translation>시작점</translation>
    </message>
    <message>
        <source>What is trained</source>
        <translation type="unfinished">학습할 부분</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation type="unfinished">스케줄</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished">단계</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished">학습률</translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished">실행</translation>
    </message>
    <message>
        <source>Trial</source>
        <translation type="unfinished">시험</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>이 단계</translation>
    </message>
    <message>
        <source>Tokens of context</source>
        <translation>문맥 토큰 수</translation>
    </message>
    <message>
        <source>Memory by part</source>
        <translation>부분별 메모리</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>여유</translation>
    </message>
    <message>
        <source>FLOPs of the run</source>
        <translation>실행의 FLOP</translation>
    </message>
    <message>
        <source>Entropy weight λ</source>
        <translation type="unfinished">엔트로피 가중치 λ</translation>
    </message>
    <message>
        <source>Distillation α</source>
        <translation type="unfinished">증류 α</translation>
    </message>
</context>
<context>
    <name>OriginsDialog</name>
    <message>
        <source>What made this</source>
        <translation>만들어진 경위</translation>
    </message>
    <message>
        <source>Things</source>
        <translation>대상</translation>
    </message>
    <message>
        <source>Nothing is open yet: open a model, and ask again.</source>
        <translation>아직 열린 것이 없습니다. 모델을 열고 다시 확인하세요.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>PlansModel</name>
    <message>
        <source>in hand</source>
        <translation>작업 중</translation>
    </message>
    <message>
        <source>the same</source>
        <translation>같음</translation>
    </message>
    <message>
        <source>Experts that it keeps and the plan in hand drops, and the reverse</source>
        <translation>작업 중인 계획은 제거하지만 이 계획은 유지하는 전문가 수, 그리고 그 반대</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>계획</translation>
    </message>
    <message>
        <source>Made by</source>
        <translation>기준</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>Coverage</source>
        <translation>커버리지</translation>
    </message>
    <message>
        <source>Worst layer</source>
        <translation>최저 층</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>퍼플렉시티</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>차이</translation>
    </message>
</context>
<context>
    <name>PlansView</name>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Keep the plan in hand</source>
        <translation>작업 중인 계획 보관</translation>
    </message>
    <message>
        <source>Take up</source>
        <translation>가져오기</translation>
    </message>
    <message>
        <source>Make it the plan in hand; one step that can be undone</source>
        <translation>작업 중인 계획으로 삼습니다. 한 번에 실행 취소할 수 있습니다</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>복제</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Keep a plan under a name before you try another: both stay here side by side, with what a quick check measured.</source>
        <translation>다른 계획을 시도하기 전에 이름을 붙여 보관하세요. 빠른 확인이 잰 값과 함께 여기 나란히 남습니다.</translation>
    </message>
    <message>
        <source>Plans</source>
        <translation>계획 목록</translation>
    </message>
    <message>
        <source>Take up “{name}”</source>
        <translation>“{name}” 가져오기</translation>
    </message>
    <message>
        <source>{name} copy</source>
        <translation>{name} 사본</translation>
    </message>
    <message>
        <source>“{name}” is gone</source>
        <translation>“{name}”을(를) 삭제했습니다</translation>
    </message>
</context>
<context>
    <name>PlotCard</name>
    <message>
        <source>Quality against cost</source>
        <translation>비용 대 품질</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>비용</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>품질</translation>
    </message>
    <message>
        <source>Each measured variant becomes a point: a quick check adds one.</source>
        <translation>측정한 변형마다 점이 됩니다. 빠른 확인이 하나를 더합니다.</translation>
    </message>
    <message>
        <source>against</source>
        <translation>대</translation>
    </message>
    <message>
        <source>Checkpoint size</source>
        <translation>체크포인트 크기</translation>
    </message>
    <message>
        <source>FLOPs per token</source>
        <translation>토큰당 FLOPs</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>파라미터</translation>
    </message>
    <message>
        <source>Active parameters</source>
        <translation>활성 파라미터</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>퍼플렉시티</translation>
    </message>
    <message>
        <source>KL from the original</source>
        <translation>원본과의 KL</translation>
    </message>
    <message>
        <source>Accuracy on {task}</source>
        <translation>{task} 정확도</translation>
    </message>
</context>
<context>
    <name>Problem</name>
    <message>
        <source>{layers} keeps {kept}, the other layers {usual}: ragged plans need the bundled loader.</source>
        <translation>{layers}은(는) {kept}개, 다른 층은 {usual}개를 유지합니다. 불균일 계획에는 동봉된 로더가 필요합니다.</translation>
    </message>
    <message>
        <source>{layers}: routed by a fixed token table, no expert there can go.</source>
        <translation>{layers}: 고정된 토큰 표로 라우팅하므로 전문가를 제거할 수 없습니다.</translation>
    </message>
    <message>
        <source>{layers}: {kept} kept, but a token chooses {top_k} experts.</source>
        <translation>{layers}: 전문가 {kept}개를 유지하지만 토큰은 {top_k}개를 고릅니다.</translation>
    </message>
    <message>
        <source>{layers}: the router&apos;s {groups} groups must keep equally many experts, at least {least} each.</source>
        <translation>{layers}: 라우터의 {groups}개 그룹은 같은 수를, 각각 {least}개 이상 유지해야 합니다.</translation>
    </message>
    <message>
        <source>Layers keep {low} to {high} experts: ragged plans need the bundled loader.</source>
        <translation>층마다 {low}~{high}개를 유지합니다. 불균일 계획에는 동봉된 로더가 필요합니다.</translation>
    </message>
    <message>
        <source>{kept} experts per layer is not a multiple of 8, which expert-parallel serving prefers.</source>
        <translation>층당 {kept}개는 8의 배수가 아닙니다. 전문가 병렬 서빙은 8의 배수가 좋습니다.</translation>
    </message>
    <message>
        <source>{problem} Locks stand against every fix.</source>
        <translation>{problem} 잠금 때문에 고칠 수 없습니다.</translation>
    </message>
    <message>
        <source>Keep them whole</source>
        <translation>그대로 유지</translation>
    </message>
    <message>
        <source>Keep {top_k}</source>
        <translation>{top_k}개 유지</translation>
    </message>
    <message>
        <source>Balance groups</source>
        <translation>그룹 맞추기</translation>
    </message>
    <message>
        <source>Make uniform</source>
        <translation>균일하게 만들기</translation>
    </message>
    <message>
        <source>Keep {better}</source>
        <translation>{better}개 유지</translation>
    </message>
    <message>
        <source>{model_type} cannot choose that many experts per token, it has {top_k}.</source>
        <translation>{model_type}: 토큰당 전문가 수를 그렇게 바꿀 수 없습니다. 항상 {top_k}개입니다.</translation>
    </message>
    <message>
        <source>The config of {model_type} counts other experts under the same number: every plan needs the bundled loader.</source>
        <translation>{model_type}의 설정은 다른 전문가도 같은 수로 세므로, 어떤 계획이든 함께 저장되는 로더가 필요합니다.</translation>
    </message>
    <message>
        <source>{layers}: {kept} kept, but the code of this model&apos;s router needs {least} at least.</source>
        <translation>{layers}: 전문가 {kept}개를 유지하지만 이 모델의 라우터 코드에는 {least}개 이상이 필요합니다.</translation>
    </message>
    <message>
        <source>Keep {least}</source>
        <translation>{least}개 유지</translation>
    </message>
</context>
<context>
    <name>Problems</name>
    <message>
        <source>{text} (and {more} more)</source>
        <translation>{text} (외 {more}개)</translation>
    </message>
</context>
<context>
    <name>ProfileMap</name>
    <message>
        <source>{metric} by layer and expert, {tokens} tokens read</source>
        <translation>층과 전문가별 {metric}, 읽은 토큰 {tokens}</translation>
    </message>
    <message>
        <source>The first counts are on their way</source>
        <translation>첫 집계를 기다리는 중</translation>
    </message>
    <message>
        <source>This map fills batch by batch while the model reads.</source>
        <translation>모델이 읽는 동안 이 지도가 배치마다 채워집니다.</translation>
    </message>
    <message>
        <source>Nothing was profiled yet</source>
        <translation>아직 프로파일한 것이 없습니다</translation>
    </message>
    <message>
        <source>Run the profile: the model reads the texts at the left, and this map fills with how often each layer chooses each of its experts.</source>
        <translation>프로파일을 실행하세요. 모델이 왼쪽 텍스트를 읽고, 층마다 각 전문가를 얼마나 자주 고르는지가 이 지도에 채워집니다.</translation>
    </message>
    <message>
        <source>Run profile</source>
        <translation>프로파일 실행</translation>
    </message>
</context>
<context>
    <name>ProfileOpener</name>
    <message>
        <source>Open profile…</source>
        <translation>프로파일 열기…</translation>
    </message>
    <message>
        <source>Use a profile of this model that a cluster or the command line has made</source>
        <translation>클러스터나 명령줄에서 만든 이 모델의 프로파일을 사용합니다</translation>
    </message>
    <message>
        <source>Open profile</source>
        <translation>프로파일 열기</translation>
    </message>
    <message>
        <source>Profiles (*.safetensors)</source>
        <translation>프로파일 (*.safetensors)</translation>
    </message>
</context>
<context>
    <name>ProvenancePopover</name>
    <message>
        <source>Copy</source>
        <translation type="unfinished">복사</translation>
    </message>
    <message>
        <source>Copy everything that is said here (C)</source>
        <translation>여기 적힌 것을 모두 복사 (C)</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation type="unfinished">명령 복사</translation>
    </message>
    <message>
        <source>What made {name}</source>
        <translation>{name}: 무엇으로 만들었나</translation>
    </message>
</context>
<context>
    <name>QuestionsForm</name>
    <message>
        <source>Bundled questions: 360 in six subjects</source>
        <translation>동봉된 문제: 여섯 과목 360개</translation>
    </message>
    <message>
        <source>Tasks</source>
        <translation>과제</translation>
    </message>
    <message>
        <source>Add file…</source>
        <translation>파일 추가…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Letters of the choices</source>
        <translation>보기의 글자</translation>
    </message>
    <message>
        <source>Text of the choices</source>
        <translation>보기의 본문</translation>
    </message>
    <message>
        <source>Divide by the length of a choice</source>
        <translation>보기의 길이로 나누기</translation>
    </message>
    <message>
        <source>Every token in {n} windows</source>
        <translation>토큰마다 창 {n}개</translation>
    </message>
    <message>
        <source>Windows do not overlap</source>
        <translation>창을 겹치지 않음</translation>
    </message>
    <message>
        <source>Questions</source>
        <translation>문제</translation>
    </message>
    <message>
        <source>Scored</source>
        <translation>채점 대상</translation>
    </message>
    <message>
        <source>Long choices</source>
        <translation>긴 보기</translation>
    </message>
    <message>
        <source>Windows of perplexity</source>
        <translation>퍼플렉시티의 창</translation>
    </message>
    <message>
        <source>Overlap</source>
        <translation>겹침</translation>
    </message>
    <message>
        <source>More context for every token, and as many times the work</source>
        <translation>토큰마다 문맥이 길어지고 그만큼 일이 늘어납니다</translation>
    </message>
    <message>
        <source>Add questions</source>
        <translation>문제 추가</translation>
    </message>
    <message>
        <source>Add questions from the hub</source>
        <translation>허브에서 문제 추가</translation>
    </message>
    <message>
        <source>Data set, e.g. cais/mmlu:abstract_algebra:test</source>
        <translation>데이터 세트, 예: cais/mmlu:abstract_algebra:test</translation>
    </message>
    <message>
        <source>Hub…</source>
        <translation>허브…</translation>
    </message>
    <message>
        <source>lm-eval…</source>
        <translation>lm-eval…</translation>
    </message>
    <message>
        <source>Add a task of lm-eval</source>
        <translation>lm-eval 과제 추가</translation>
    </message>
    <message>
        <source>Name, e.g. hellaswag (needs seer-studio[lm-eval])</source>
        <translation>이름, 예: hellaswag (seer-studio[lm-eval] 필요)</translation>
    </message>
</context>
<context>
    <name>Ramp</name>
    <message>
        <source>Colour scale from {low} to {high}</source>
        <translation>{low}부터 {high}까지의 색</translation>
    </message>
</context>
<context>
    <name>RecentRow</name>
    <message>
        <source>not there any more</source>
        <translation>더는 없습니다</translation>
    </message>
</context>
<context>
    <name>Recovery</name>
    <message>
        <source>The studio was stopped without being closed; your work is here.</source>
        <translation>스튜디오가 닫히지 않은 채 멈췄습니다. 작업은 그대로 있습니다.</translation>
    </message>
    <message>
        <source>“{job}” was not finished.</source>
        <translation>“{job}” 작업이 끝나지 않았습니다.</translation>
    </message>
    <message>
        <source>{count} jobs were not finished: {jobs}.</source>
        <translation>작업 {count}개가 끝나지 않았습니다: {jobs}.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Resume all</source>
        <translation>모두 계속</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>나중에</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Not everything in this project could be read, the rest is here: {what}. The damaged file is kept beside the new one.</source>
        <translation>이 프로젝트의 일부를 읽지 못했고 나머지는 그대로입니다: {what}. 손상된 파일은 새 파일 옆에 보관됩니다.</translation>
    </message>
</context>
<context>
    <name>RemarksCard</name>
    <message>
        <source>Good to know</source>
        <translation>알아 둘 점</translation>
    </message>
</context>
<context>
    <name>Reporter</name>
    <message>
        <source>Open a model first: there is nothing to report.</source>
        <translation>먼저 모델을 여세요. 보고할 내용이 없습니다.</translation>
    </message>
    <message>
        <source>Web page (*.html)</source>
        <translation>웹 페이지 (*.html)</translation>
    </message>
    <message>
        <source>Write a report</source>
        <translation>보고서 쓰기</translation>
    </message>
    <message>
        <source>Report: {file}</source>
        <translation>보고서: {file}</translation>
    </message>
</context>
<context>
    <name>ResultCard</name>
    <message>
        <source>Open folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Reload in transformers</source>
        <translation>transformers로 다시 불러오기</translation>
    </message>
    <message>
        <source>Measure it</source>
        <translation>측정하기</translation>
    </message>
    <message>
        <source>Written to {folder}</source>
        <translation>{folder}에 저장함</translation>
    </message>
    <message>
        <source>{files} files</source>
        <translation>파일 {files}개</translation>
    </message>
    <message>
        <source>one file</source>
        <translation>파일 하나</translation>
    </message>
    <message>
        <source>{size} written</source>
        <translation>{size} 저장함</translation>
    </message>
    <message>
        <source>{files} in {time} s, {rate}</source>
        <translation>{files}, {time}초, {rate}</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>검증됨</translation>
    </message>
    <message>
        <source>every kept byte equals its source</source>
        <translation>남긴 바이트가 모두 원본과 같습니다</translation>
    </message>
    <message>
        <source>Not verified</source>
        <translation>검증 안 함</translation>
    </message>
    <message>
        <source>verification was off</source>
        <translation>검증을 껐습니다</translation>
    </message>
    <message>
        <source>Not loaded yet</source>
        <translation>아직 불러오지 않음</translation>
    </message>
    <message>
        <source>reload it to be sure</source>
        <translation>확인하려면 다시 불러오세요</translation>
    </message>
    <message>
        <source>Loading with stock transformers…</source>
        <translation>기본 transformers로 불러오는 중…</translation>
    </message>
    <message>
        <source>Not loaded</source>
        <translation>불러오지 않음</translation>
    </message>
    <message>
        <source>the check was cancelled</source>
        <translation>확인을 취소했습니다</translation>
    </message>
    <message>
        <source>Does not load</source>
        <translation>불러오지 못함</translation>
    </message>
    <message>
        <source>Loads incompletely as {name}</source>
        <translation>{name}(으)로 일부만 불러옴</translation>
    </message>
    <message>
        <source>{count} tensors, first {first}</source>
        <translation>텐서 {count}개, 처음은 {first}</translation>
    </message>
    <message>
        <source>Loads as {name}</source>
        <translation>{name}(으)로 불러옴</translation>
    </message>
    <message>
        <source>logits within {difference} of the masked original, {share} same top-1</source>
        <translation>로짓 차이 {difference} 이내, Top-1 일치 {share}</translation>
    </message>
</context>
<context>
    <name>Rule</name>
    <message>
        <source>Keep a number per layer</source>
        <translation>층마다 개수 유지</translation>
    </message>
    <message>
        <source>Keep a share per layer</source>
        <translation>층마다 비율 유지</translation>
    </message>
    <message>
        <source>Keep a share of all, one ranking</source>
        <translation>전체에서 비율 유지, 한 순위로</translation>
    </message>
    <message>
        <source>Reach a coverage in every layer</source>
        <translation>층마다 커버리지 달성</translation>
    </message>
    <message>
        <source>Reach a coverage overall</source>
        <translation>전체 커버리지 달성</translation>
    </message>
    <message>
        <source>Keep scores from a threshold up</source>
        <translation>문턱 이상 점수 유지</translation>
    </message>
    <message>
        <source>Drop what was never routed to</source>
        <translation>라우팅된 적 없으면 제거</translation>
    </message>
    <message>
        <source>Keep a random number (control)</source>
        <translation>무작위로 유지 (대조군)</translation>
    </message>
    <message>
        <source>Swap kept and dropped</source>
        <translation>유지와 제거 뒤바꾸기</translation>
    </message>
    <message>
        <source>Keep everything</source>
        <translation>모두 유지</translation>
    </message>
    <message>
        <source>keep {number} per layer</source>
        <translation>층마다 {number}개 유지</translation>
    </message>
    <message>
        <source>keep {percent:g} % per layer</source>
        <translation>층마다 {percent:g} % 유지</translation>
    </message>
    <message>
        <source>keep {percent:g} % overall</source>
        <translation>전체 {percent:g} % 유지</translation>
    </message>
    <message>
        <source>cover {percent:g} % per layer</source>
        <translation>층마다 커버리지 {percent:g} %</translation>
    </message>
    <message>
        <source>cover {percent:g} % overall</source>
        <translation>전체 커버리지 {percent:g} %</translation>
    </message>
    <message>
        <source>keep scores ≥ {at_least:.4g}</source>
        <translation>점수 ≥ {at_least:.4g} 유지</translation>
    </message>
    <message>
        <source>drop never routed</source>
        <translation>라우팅 안 된 것 제거</translation>
    </message>
    <message>
        <source>keep {number} at random</source>
        <translation>무작위 {number}개 유지</translation>
    </message>
    <message>
        <source>swap kept and dropped</source>
        <translation>유지와 제거 뒤바꾸기</translation>
    </message>
    <message>
        <source>keep everything</source>
        <translation>모두 유지</translation>
    </message>
    <message>
        <source>{rule} by {metric}</source>
        <translation>{metric} 기준 {rule}</translation>
    </message>
    <message>
        <source>{rule} in {layers}</source>
        <translation>{layers}에서 {rule}</translation>
    </message>
    <message>
        <source>{count} layers</source>
        <translation>{count}개 층</translation>
    </message>
    <message>
        <source>this rule ranks experts by a profile, and there is none yet</source>
        <translation>이 규칙은 프로파일로 순위를 매기는데 아직 없습니다</translation>
    </message>
    <message>
        <source>run Calibrate first</source>
        <translation>먼저 보정을 실행하세요</translation>
    </message>
    <message>
        <source>Profile again every few drops</source>
        <translation>몇 개 제거할 때마다 다시 프로파일링</translation>
    </message>
    <message>
        <source>Measure every drop (recommended)</source>
        <translation>제거할 때마다 측정 (권장)</translation>
    </message>
    <message>
        <source>Share out by measured loss</source>
        <translation>측정한 손실로 층에 배분</translation>
    </message>
    <message>
        <source>Measure every drop, merge where better</source>
        <translation>제거할 때마다 측정, 나으면 병합</translation>
    </message>
    <message>
        <source>Smallest within a loss of perplexity</source>
        <translation>퍼플렉시티 손실 안에서 가장 작게</translation>
    </message>
    <message>
        <source>keep {percent:g} %, measured</source>
        <translation>{percent:g} % 유지, 측정</translation>
    </message>
    <message>
        <source>keep {percent:g} %, shared out</source>
        <translation>{percent:g} % 유지, 배분</translation>
    </message>
    <message>
        <source>keep {percent:g} %, profiled again</source>
        <translation>{percent:g} % 유지, 다시 프로파일링</translation>
    </message>
    <message>
        <source>keep {percent:g} %, merged</source>
        <translation>{percent:g} % 유지, 병합</translation>
    </message>
    <message>
        <source>lose {loss:g} % at most</source>
        <translation>최대 {loss:g} % 손실</translation>
    </message>
    <message>
        <source>Masks and measures up to eight sizes on {tokens} tokens, as a job.</source>
        <translation>최대 여덟 가지 크기를 마스크하여 토큰 {tokens}개로 측정하는 작업입니다.</translation>
    </message>
    <message>
        <source>Profiles the masked model eight times on {tokens} tokens, as a job.</source>
        <translation>마스크한 모델을 토큰 {tokens}개로 여덟 번 프로파일링하는 작업입니다.</translation>
    </message>
    <message>
        <source>Measures hundreds of masks on {tokens} calibration tokens, as a job of some minutes that can be stopped and taken up again.</source>
        <translation>보정 토큰 {tokens}개로 마스크 수백 개를 측정하는, 몇 분 걸리는 작업입니다. 멈췄다가 이어서 할 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>RuleDesk</name>
    <message>
        <source>Ranked by {metric}: change Score to rank by another.</source>
        <translation>{metric} 순위입니다. 점수를 바꾸면 다른 순위가 됩니다.</translation>
    </message>
    <message>
        <source>Keeps {kept} of {total}</source>
        <translation>{total} 중 {kept} 유지</translation>
    </message>
    <message>
        <source>{kept}, {share} of the routed mass</source>
        <translation>{kept}, 라우팅 질량의 {share}</translation>
    </message>
    <message>
        <source>Apply to {layers}</source>
        <translation>{layers}에 적용</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>적용</translation>
    </message>
</context>
<context>
    <name>RulePanel</name>
    <message>
        <source>Rule</source>
        <translation>규칙</translation>
    </message>
    <message>
        <source>Experts per layer</source>
        <translation>층당 전문가</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>비율</translation>
    </message>
    <message>
        <source>Score from</source>
        <translation>점수 하한</translation>
    </message>
    <message>
        <source>At least per layer</source>
        <translation>층마다 최소</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>적용</translation>
    </message>
    <message>
        <source> of {experts}</source>
        <translation> / {experts}</translation>
    </message>
    <message>
        <source>Only in {layers}</source>
        <translation>{layers}에서만</translation>
    </message>
    <message>
        <source>As many in every layer (loads anywhere)</source>
        <translation>모든 층에 같은 수 (어디서나 로드)</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>권장</translation>
    </message>
    <message>
        <source>By measured loss, in minutes: on the demo far better than scores at half</source>
        <translation>측정한 손실로 고르며 몇 분 걸립니다. 데모 모델에서 절반을 남길 때 어떤 점수보다 훨씬 낫습니다</translation>
    </message>
    <message>
        <source>SEER’s own</source>
        <translation>SEER 기본</translation>
    </message>
    <message>
        <source>The paper’s rule: soft count, as many in every layer</source>
        <translation>논문의 규칙: 소프트 카운트, 모든 층에 같은 수</translation>
    </message>
    <message>
        <source>Perplexity may rise by</source>
        <translation>퍼플렉시티 상승 허용</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>측정</translation>
    </message>
</context>
<context>
    <name>RunEstimate</name>
    <message>
        <source>{what}. Try: {remedy}.</source>
        <translation>{what}. 해결: {remedy}.</translation>
    </message>
    <message>
        <source>Loads whole: about {needed} of {free} that are free.</source>
        <translation>통째로 불러옵니다: 남은 {free} 중 약 {needed}.</translation>
    </message>
    <message>
        <source>reads the checkpoint once</source>
        <translation>체크포인트를 한 번 읽습니다</translation>
    </message>
    <message>
        <source>reads the checkpoint {n} times</source>
        <translation>체크포인트를 {n}번 읽습니다</translation>
    </message>
    <message>
        <source>Streams {layers} layers of {layer}: about {needed} of {free} that are free, {batches} batches at once; {passes}.</source>
        <translation>{layer} 크기의 층 {layers}개를 차례로 읽습니다: 남은 {free} 중 약 {needed}, 한 번에 배치 {batches}개; {passes}.</translation>
    </message>
</context>
<context>
    <name>RunStrip</name>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>멈추는 중…</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>계속</translation>
    </message>
</context>
<context>
    <name>RunText</name>
    <message>
        <source>Loading the model</source>
        <translation>모델을 불러오는 중</translation>
    </message>
    <message>
        <source>Packing the texts</source>
        <translation>텍스트를 묶는 중</translation>
    </message>
    <message>
        <source>Profiling</source>
        <translation>프로파일 중</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>측정 중</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>쓰는 중</translation>
    </message>
    <message>
        <source>Verifying</source>
        <translation>검증 중</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>탐색 중</translation>
    </message>
    <message>
        <source>Loading with transformers</source>
        <translation>transformers로 불러오는 중</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{total} 중 {done}</translation>
    </message>
    <message>
        <source>{done} of {total} {unit}</source>
        <translation>{unit} {total} 중 {done}</translation>
    </message>
    <message>
        <source>Waiting for the job before it</source>
        <translation>앞 작업을 기다리는 중</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>시작하는 중…</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>일시 정지됨</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>{time} 남음</translation>
    </message>
    <message>
        <source>Tuning</source>
        <translation>미세 조정 중</translation>
    </message>
    <message>
        <source>Asking the teacher</source>
        <translation>교사 모델에 묻는 중</translation>
    </message>
    <message>
        <source>Merging</source>
        <translation>병합 중</translation>
    </message>
    <message>
        <source>Trying the paper&apos;s claims</source>
        <translation>논문의 주장을 시험하는 중</translation>
    </message>
    <message>
        <source>layer {number} of {layers}</source>
        <translation>층 {layers}개 중 {number}번째</translation>
    </message>
    <message>
        <source>Validating</source>
        <translation>검증 중</translation>
    </message>
    <message>
        <source>Averaging experts</source>
        <translation>전문가를 평균 내는 중</translation>
    </message>
    <message>
        <source>Merging experts</source>
        <translation>전문가를 병합하는 중</translation>
    </message>
    <message>
        <source>Measuring experts</source>
        <translation>전문가를 측정하는 중</translation>
    </message>
    <message>
        <source>Measuring layers</source>
        <translation>층을 측정하는 중</translation>
    </message>
    <message>
        <source>Measuring masks</source>
        <translation>마스크를 측정하는 중</translation>
    </message>
    <message>
        <source>Dropping experts</source>
        <translation>전문가를 빼는 중</translation>
    </message>
    <message>
        <source>Exchanging experts</source>
        <translation>전문가를 바꾸는 중</translation>
    </message>
    <message>
        <source>Comparing outputs</source>
        <translation>출력을 비교하는 중</translation>
    </message>
    <message>
        <source>Profiling again</source>
        <translation>다시 프로파일 중</translation>
    </message>
    <message>
        <source>Answering questions</source>
        <translation>문제를 푸는 중</translation>
    </message>
    <message>
        <source>Running lm-eval</source>
        <translation>lm-eval 실행 중</translation>
    </message>
    <message>
        <source>Measuring speed</source>
        <translation>속도를 재는 중</translation>
    </message>
    <message>
        <source>Looking at the text</source>
        <translation>텍스트를 살펴보는 중</translation>
    </message>
</context>
<context>
    <name>RunsDesk</name>
    <message>
        <source>Copied the command</source>
        <translation>명령을 복사했습니다</translation>
    </message>
    <message>
        <source>{name} is a variant on Evaluate: remove it there first.</source>
        <translation>{name}은(는) 평가 페이지의 변형입니다. 그곳에서 먼저 제거하세요.</translation>
    </message>
    <message>
        <source>Another run started from {name}: remove that one first.</source>
        <translation>다른 실행이 {name}에서 시작했습니다. 그 실행을 먼저 제거하세요.</translation>
    </message>
</context>
<context>
    <name>RunsDialog</name>
    <message>
        <source>Earlier runs</source>
        <translation>이전 실행</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>실행 목록</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>Open the log file</source>
        <translation>로그 파일 열기</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>No job has run in this project yet.</source>
        <translation>이 프로젝트에서 실행된 작업이 아직 없습니다.</translation>
    </message>
</context>
<context>
    <name>RunsModel</name>
    <message>
        <source>running</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>중단됨</translation>
    </message>
    <message>
        <source>done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>취소됨</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Top-K</source>
        <translation>Top-K</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>퍼플렉시티</translation>
    </message>
    <message>
        <source>On held-out texts at the target Top-K, before and after tuning</source>
        <translation>미세 조정 전후, 목표 Top-K에서 잰 검증 텍스트의 값</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>엔트로피</translation>
    </message>
    <message>
        <source>Of the router&apos;s distribution, in nats, before and after</source>
        <translation>라우터 분포의 엔트로피(nat), 미세 조정 전과 후</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>시간</translation>
    </message>
</context>
<context>
    <name>RunsView</name>
    <message>
        <source>Runs</source>
        <translation>실행 기록</translation>
    </message>
    <message>
        <source>Comparison of the marked runs</source>
        <translation>표시한 실행의 비교</translation>
    </message>
    <message>
        <source>Mark two or more runs to compare their options, end figures and curves.</source>
        <translation>둘 이상의 실행을 표시하면 옵션, 최종 수치, 곡선을 비교합니다.</translation>
    </message>
    <message>
        <source>Compared</source>
        <translation>비교</translation>
    </message>
    <message>
        <source>Use this checkpoint</source>
        <translation>이 체크포인트 사용</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>이어서 미세 조정</translation>
    </message>
    <message>
        <source>A new run that starts from this one&apos;s checkpoint</source>
        <translation>이 실행의 체크포인트에서 시작하는 새 실행</translation>
    </message>
    <message>
        <source>Take over options</source>
        <translation>옵션 가져오기</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation>명령 복사</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>It failed: {what}.</source>
        <translation>실패했습니다: {what}.</translation>
    </message>
    <message>
        <source>{size} written to {folder}</source>
        <translation>{folder}에 {size} 기록함</translation>
    </message>
    <message>
        <source>It stopped at step {step}; its last checkpoint can go on.</source>
        <translation>{step}단계에서 멈췄습니다. 마지막 체크포인트에서 이어갈 수 있습니다.</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>퍼플렉시티</translation>
    </message>
    <message>
        <source>Router entropy, nats</source>
        <translation>라우터 엔트로피, nat</translation>
    </message>
    <message>
        <source>Loss of the last step</source>
        <translation>마지막 단계의 손실</translation>
    </message>
</context>
<context>
    <name>ScaleMenu</name>
    <message>
        <source>Colours</source>
        <translation>색</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>점수</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>차이</translation>
    </message>
</context>
<context>
    <name>Scales</name>
    <message>
        <source>Cividis, blue to yellow</source>
        <translation>시비디스, 파랑에서 노랑</translation>
    </message>
    <message>
        <source>Viridis, violet to yellow</source>
        <translation>비리디스, 보라에서 노랑</translation>
    </message>
    <message>
        <source>Grey, dark to light</source>
        <translation>회색, 어두움에서 밝음</translation>
    </message>
    <message>
        <source>Amber, pale to deep</source>
        <translation>호박색, 연함에서 진함</translation>
    </message>
    <message>
        <source>Blue and orange</source>
        <translation>파랑과 주황</translation>
    </message>
    <message>
        <source>Purple and orange</source>
        <translation>보라와 주황</translation>
    </message>
    <message>
        <source>Green and purple</source>
        <translation>초록과 보라</translation>
    </message>
</context>
<context>
    <name>SchedulePreview</name>
    <message>
        <source>Experts per token over the steps</source>
        <translation>단계별 토큰당 전문가 수</translation>
    </message>
    <message>
        <source>Top-K can only fall</source>
        <translation>Top-K는 줄이기만 할 수 있습니다</translation>
    </message>
    <message>
        <source>Top-K stays {k} in the whole run.</source>
        <translation>실행 내내 Top-K는 {k}입니다.</translation>
    </message>
    <message>
        <source>Top-{k} from the first step.</source>
        <translation>첫 단계부터 Top-{k}입니다.</translation>
    </message>
    <message>
        <source>Top-{k} is reached at step {step} of {steps}.</source>
        <translation>{steps}단계 중 {step}단계에 Top-{k}에 도달합니다.</translation>
    </message>
</context>
<context>
    <name>SearchView</name>
    <message>
        <source>Minutes for all trials</source>
        <translation>전체 시험 시간(분)</translation>
    </message>
    <message>
        <source>New search</source>
        <translation>새 탐색</translation>
    </message>
    <message>
        <source>Resume search</source>
        <translation>탐색 재개</translation>
    </message>
    <message>
        <source>Use these options</source>
        <translation>이 옵션 사용</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation>명령 복사</translation>
    </message>
    <message>
        <source>Trials</source>
        <translation>시험 목록</translation>
    </message>
    <message>
        <source>No search yet</source>
        <translation>아직 탐색이 없습니다</translation>
    </message>
    <message>
        <source>Tries learning rates, entropy weights and ways for Top-K to fall, each in a run of as many steps as the form says, until the time is over. The form&apos;s own options are the first trial. Nothing but the trials&apos; figures is kept.</source>
        <translation>학습률, 엔트로피 가중치, Top-K가 줄어드는 방식을 정해진 시간 동안 시험합니다. 시험마다 양식의 단계 수만큼 실행하며, 양식의 옵션이 첫 시험입니다. 시험의 수치만 보관됩니다.</translation>
    </message>
    <message>
        <source>The trials took this time. Give it more minutes.</source>
        <translation>이 시간은 모두 썼습니다. 시간을 더 주십시오.</translation>
    </message>
    <message>
        <source>Searching needs Optuna, which is not installed: {command}</source>
        <translation>탐색에는 Optuna가 필요한데 설치되어 있지 않습니다: {command}</translation>
    </message>
    <message>
        <source>{count} trials in {time}. Best perplexity {best}; with the options it began with {first}.</source>
        <translation>시험 {count}개, {time}. 최선의 퍼플렉시티는 {best}, 처음 옵션으로는 {first}입니다.</translation>
    </message>
    <message>
        <source>Copied the command</source>
        <translation>명령을 복사했습니다</translation>
    </message>
    <message>
        <source>The form has the options of trial {n}</source>
        <translation>양식에 시험 {n}의 옵션을 넣었습니다</translation>
    </message>
</context>
<context>
    <name>SelectPage</name>
    <message>
        <source>Open a model first</source>
        <translation>먼저 모델을 여세요</translation>
    </message>
    <message>
        <source>Select shows every expert of a Mixture-of-Experts model as one cell.</source>
        <translation>선택 페이지는 전문가 혼합 모델의 모든 전문가를 한 칸씩 보여 줍니다.</translation>
    </message>
    <message>
        <source>Go to Model</source>
        <translation>모델로 가기</translation>
    </message>
    <message>
        <source>Quick check</source>
        <translation>빠른 확인</translation>
    </message>
    <message>
        <source>Measure the masked model; nothing is written</source>
        <translation>가린 모델을 측정합니다. 아무것도 쓰지 않습니다</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>선택</translation>
    </message>
    <message>
        <source>{kept} of {total} kept</source>
        <translation>{total}개 중 {kept}개 유지</translation>
    </message>
    <message>
        <source>Nothing is dropped yet</source>
        <translation>아직 제거한 것이 없습니다</translation>
    </message>
    <message>
        <source>The plan was made on another profile</source>
        <translation>계획이 다른 프로파일로 만들어졌습니다</translation>
    </message>
    <message>
        <source>{count} experts are dropped, {merged} merged</source>
        <translation>전문가 {count}개 제거, {merged}개 병합</translation>
    </message>
    <message>
        <source>{count} experts go</source>
        <translation>전문가 {count}개 제거</translation>
    </message>
    <message>
        <source>last</source>
        <translation>마지막</translation>
    </message>
    <message>
        <source>first</source>
        <translation>처음</translation>
    </message>
</context>
<context>
    <name>SelectTakeAway</name>
    <message>
        <source>Export selection (JSON)…</source>
        <translation>선택 내보내기 (JSON)…</translation>
    </message>
    <message>
        <source>Import selection (JSON)…</source>
        <translation>선택 가져오기 (JSON)…</translation>
    </message>
    <message>
        <source>Export selection</source>
        <translation>선택 내보내기</translation>
    </message>
    <message>
        <source>Import selection</source>
        <translation>선택 가져오기</translation>
    </message>
    <message>
        <source>{metric}, {scale} scale · {kept} of {total} experts kept</source>
        <translation>{metric}, {scale} 눈금 · 전문가 {total}개 중 {kept}개 유지</translation>
    </message>
    <message>
        <source>{text} · {count} merged</source>
        <translation>{text} · {count}개 병합</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>coverage</source>
        <translation>커버리지</translation>
    </message>
    <message>
        <source>entropy</source>
        <translation>엔트로피</translation>
    </message>
</context>
<context>
    <name>SequencePreview</name>
    <message>
        <source>Packed sequences</source>
        <translation>묶은 시퀀스</translation>
    </message>
    <message>
        <source>{n} tokens</source>
        <translation>토큰 {n}</translation>
    </message>
    <message>
        <source>{n} padded</source>
        <translation>채움 {n}</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Open {name}</source>
        <translation>{name} 열기</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>모양</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>시스템 설정</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>테마</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>Processor cores</source>
        <translation>프로세서 코어</translation>
    </message>
    <message>
        <source>Holds from the next start</source>
        <translation>다음에 시작할 때부터 적용됩니다</translation>
    </message>
    <message>
        <source>nowhere</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Unsaved projects</source>
        <translation>저장하지 않은 프로젝트</translation>
    </message>
    <message>
        <source>Clear the list</source>
        <translation>목록 비우기</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>최근</translation>
    </message>
    <message>
        <source>Colours of data</source>
        <translation>데이터 색</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>점수</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>차이</translation>
    </message>
</context>
<context>
    <name>ShareCard</name>
    <message>
        <source>Experts&apos; share of the work</source>
        <translation>연산에서 전문가의 비율</translation>
    </message>
    <message>
        <source>With Top-{k} the experts take {share} of the FLOPs at {context} tokens of context; one expert per token would save {saved} of all FLOPs there (dashed).</source>
        <translation>Top-{k}에서 문맥이 {context} 토큰일 때 전문가가 FLOPs의 {share}를 차지합니다. 토큰당 전문가를 하나만 쓰면 그 지점에서 전체 FLOPs의 {saved}를 아낍니다(점선).</translation>
    </message>
    <message>
        <source>With Top-{k} the experts take {first} of the FLOPs at {short} tokens of context and {last} at {long}; one expert per token would save {saved} to {more} (dashed).</source>
        <translation>Top-{k}에서 전문가는 문맥이 {short} 토큰일 때 FLOPs의 {first}, {long} 토큰일 때 {last}를 차지합니다. 토큰당 전문가를 하나만 쓰면 {saved}에서 {more}를 아낍니다(점선).</translation>
    </message>
    <message>
        <source>At {context} tokens: experts {share} of the FLOPs, saved by Top-1 {saved}.</source>
        <translation>{context} 토큰에서 전문가가 FLOPs의 {share}, Top-1이 아끼는 양은 {saved}입니다.</translation>
    </message>
</context>
<context>
    <name>ShareCurve</name>
    <message>
        <source>Experts&apos; share of the work over context length</source>
        <translation>문맥 길이에 따른 연산에서 전문가의 비율</translation>
    </message>
    <message>
        <source>Experts&apos; share at {context} tokens</source>
        <translation>토큰 {context}개에서 전문가의 비율</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>창</translation>
    </message>
    <message>
        <source>Heat map</source>
        <translation>히트맵</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>Drop an expert, or keep it again</source>
        <translation>전문가를 빼거나 다시 남기기</translation>
    </message>
    <message>
        <source>Lock or unlock</source>
        <translation>잠그거나 풀기</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>Select a layer</source>
        <translation>층 선택</translation>
    </message>
    <message>
        <source>Copy a layer&apos;s pattern, put it on another</source>
        <translation>층의 무늬를 복사해서 다른 층에 붙이기</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>확대·축소</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>맞춤</translation>
    </message>
    <message>
        <source>Give up a stroke or the selection</source>
        <translation>획이나 선택 취소</translation>
    </message>
    <message>
        <source>What made a number (anywhere)</source>
        <translation>숫자가 무엇으로 만들어졌는지 (어디서나)</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>칠하기</translation>
    </message>
    <message>
        <source>drag</source>
        <translation>끌기</translation>
    </message>
    <message>
        <source>Paint a box</source>
        <translation>상자 칠하기</translation>
    </message>
    <message>
        <source>Shift and drag</source>
        <translation>Shift와 끌기</translation>
    </message>
    <message>
        <source>Zoom at the pointer</source>
        <translation>포인터에서 확대·축소</translation>
    </message>
    <message>
        <source>Ctrl and wheel</source>
        <translation>Ctrl과 휠</translation>
    </message>
</context>
<context>
    <name>SideDesk</name>
    <message>
        <source>Open profile…</source>
        <translation>프로파일 열기…</translation>
    </message>
    <message>
        <source>After tuning: {name}</source>
        <translation>미세 조정 뒤: {name}</translation>
    </message>
    <message>
        <source>the profile does not say which texts it was made of</source>
        <translation>프로파일에 어떤 텍스트로 만들었는지가 없습니다</translation>
    </message>
    <message>
        <source>calibrate again</source>
        <translation>다시 보정하기</translation>
    </message>
    <message>
        <source>Open profile</source>
        <translation>프로파일 열기</translation>
    </message>
    <message>
        <source>Read {name}</source>
        <translation>{name} 읽기</translation>
    </message>
    <message>
        <source>{name} is of other weights: before and after</source>
        <translation>{name}은(는) 가중치가 다릅니다: 전과 후 비교</translation>
    </message>
    <message>
        <source>{name} is of a model with other experts</source>
        <translation>{name}은(는) 전문가 구성이 다른 모델의 것입니다</translation>
    </message>
    <message>
        <source>a profile of this model</source>
        <translation>이 모델의 프로파일</translation>
    </message>
</context>
<context>
    <name>Sides</name>
    <message>
        <source>all domains</source>
        <translation>모든 영역</translation>
    </message>
</context>
<context>
    <name>SmallMultiples</name>
    <message>
        <source>Layers, one small chart per quantity</source>
        <translation>층별 작은 그림, 값마다 하나</translation>
    </message>
</context>
<context>
    <name>Snippet</name>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
</context>
<context>
    <name>SourceRow</name>
    <message>
        <source>six domains</source>
        <translation>여섯 영역</translation>
    </message>
    <message>
        <source>Domain label</source>
        <translation>영역 이름</translation>
    </message>
    <message>
        <source>Text field</source>
        <translation>텍스트 필드</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>{name} 삭제</translation>
    </message>
    <message>
        <source>Bundled texts</source>
        <translation>동봉된 텍스트</translation>
    </message>
</context>
<context>
    <name>SourcesEditor</name>
    <message>
        <source>No texts yet. Add the bundled ones, or drop .txt .jsonl .parquet .csv here.</source>
        <translation>아직 텍스트가 없습니다. 동봉된 것을 추가하거나 .txt .jsonl .parquet .csv를 여기에 놓으세요.</translation>
    </message>
    <message>
        <source>Add texts</source>
        <translation>텍스트 추가</translation>
    </message>
    <message>
        <source>Texts ({suffixes})</source>
        <translation>텍스트 ({suffixes})</translation>
    </message>
    <message>
        <source>Add text files</source>
        <translation>텍스트 파일 추가</translation>
    </message>
    <message>
        <source>Add a folder of texts</source>
        <translation>텍스트 폴더 추가</translation>
    </message>
    <message>
        <source>Hugging Face data set</source>
        <translation>Hugging Face 데이터 세트</translation>
    </message>
    <message>
        <source>Id, with configuration and split if it has several: id:config:split</source>
        <translation>아이디. 구성과 분할이 여럿이면 id:config:split</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>출처</translation>
    </message>
    <message>
        <source>Domain</source>
        <translation>영역</translation>
    </message>
    <message>
        <source>Text field</source>
        <translation>텍스트 필드</translation>
    </message>
    <message>
        <source>Bundled texts</source>
        <translation>동봉된 텍스트</translation>
    </message>
    <message>
        <source>Files…</source>
        <translation>파일…</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>폴더…</translation>
    </message>
    <message>
        <source>Hugging Face data set…</source>
        <translation>Hugging Face 데이터 세트…</translation>
    </message>
</context>
<context>
    <name>Storage</name>
    <message>
        <source>Tuned models</source>
        <translation>미세 조정한 모델</translation>
    </message>
    <message>
        <source>Checkpoints of tuning runs</source>
        <translation>미세 조정 실행의 체크포인트</translation>
    </message>
    <message>
        <source>Teachers&apos; outputs</source>
        <translation>교사의 출력</translation>
    </message>
    <message>
        <source>Profiles</source>
        <translation>프로파일</translation>
    </message>
    <message>
        <source>Unfinished work and caches</source>
        <translation>끝나지 않은 작업과 캐시</translation>
    </message>
    <message>
        <source>Tuning runs: records and curves</source>
        <translation>미세 조정 실행의 기록과 곡선</translation>
    </message>
    <message>
        <source>Searches for tuning options</source>
        <translation>미세 조정 옵션 탐색</translation>
    </message>
    <message>
        <source>The paper&apos;s claims</source>
        <translation type="unfinished">논문의 주장</translation>
    </message>
    <message>
        <source>Logs of jobs</source>
        <translation>작업 로그</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>보고서</translation>
    </message>
    <message>
        <source>Plans</source>
        <translation type="unfinished">계획 목록</translation>
    </message>
    <message>
        <source>Copies of damaged or older project files</source>
        <translation>손상되었거나 오래된 프로젝트 파일의 사본</translation>
    </message>
    <message>
        <source>made plan {name}</source>
        <translation>계획 {name}의 바탕</translation>
    </message>
    <message>
        <source>row “{name}” of Evaluate</source>
        <translation>평가의 “{name}” 행</translation>
    </message>
    <message>
        <source>{name} starts from it</source>
        <translation>{name} 실행의 시작점</translation>
    </message>
    <message>
        <source>{name} goes on from it</source>
        <translation>{name} 실행이 이어 갈 지점</translation>
    </message>
    <message>
        <source>the job “{name}” goes on from it</source>
        <translation>“{name}” 작업이 이어 감</translation>
    </message>
    <message>
        <source>a copied command</source>
        <translation>복사한 명령</translation>
    </message>
    <message>
        <source>the plan “{name}”</source>
        <translation>“{name}” 계획</translation>
    </message>
    <message>
        <source>open now</source>
        <translation>지금 열려 있음</translation>
    </message>
</context>
<context>
    <name>StorageDialog</name>
    <message>
        <source>Storage</source>
        <translation>저장 공간</translation>
    </message>
    <message>
        <source>This project holds nothing yet. What jobs leave in it will be listed here.</source>
        <translation>이 프로젝트에는 아직 아무것도 없습니다. 작업이 남기는 것이 여기에 나열됩니다.</translation>
    </message>
    <message>
        <source>What</source>
        <translation>내용</translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished">크기</translation>
    </message>
    <message>
        <source>Used by</source>
        <translation>쓰는 곳</translation>
    </message>
    <message>
        <source>What the project holds</source>
        <translation>프로젝트에 든 것</translation>
    </message>
    <message>
        <source>Also offer what is in use</source>
        <translation>쓰이는 중인 것도 고르기</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>제거…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished">닫기</translation>
    </message>
    <message>
        <source>What is removed is deleted from the disk: undo does not bring it back.</source>
        <translation>제거하면 디스크에서 지워지며 실행 취소로 되돌릴 수 없습니다.</translation>
    </message>
    <message>
        <source>Nothing is open yet.</source>
        <translation>아직 열린 것이 없습니다.</translation>
    </message>
    <message>
        <source>{kind} ({count})</source>
        <translation>{kind} ({count})</translation>
    </message>
    <message>
        <source>{count} chosen, {size}</source>
        <translation>{count}개 선택, {size}</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>제거하는 중…</translation>
    </message>
    <message>
        <source>The project was opened read-only: nothing can be removed.</source>
        <translation>프로젝트를 읽기 전용으로 열어 아무것도 제거할 수 없습니다.</translation>
    </message>
    <message>
        <source>“{job}” is at work in this folder: remove when it is over.</source>
        <translation>“{job}” 작업이 이 폴더에서 실행 중입니다. 끝난 뒤에 제거해 주세요.</translation>
    </message>
    <message>
        <source>Remove from the project</source>
        <translation>프로젝트에서 제거</translation>
    </message>
    <message>
        <source>Remove {size} from the disk?</source>
        <translation>디스크에서 {size} 분량을 제거할까요?</translation>
    </message>
    <message>
        <source>Remove {name}, {size}, from the disk?</source>
        <translation>디스크에서 {name}({size})을(를) 제거할까요?</translation>
    </message>
    <message>
        <source>Remove {size}</source>
        <translation>{size} 제거</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>그대로 두기</translation>
    </message>
    <message>
        <source>This cannot be undone.</source>
        <translation>되돌릴 수 없습니다.</translation>
    </message>
    <message>
        <source>{name} is in use: {uses}.</source>
        <translation>{name}은(는) 쓰이는 중입니다: {uses}.</translation>
    </message>
    <message>
        <source>And {count} more.</source>
        <translation>그 밖에 {count}개가 더 있습니다.</translation>
    </message>
    <message>
        <source>{size} are free again.</source>
        <translation>{size}의 공간이 생겼습니다.</translation>
    </message>
</context>
<context>
    <name>Studio</name>
    <message>
        <source>Something unexpected happened</source>
        <translation>예기치 않은 일이 생겼습니다</translation>
    </message>
</context>
<context>
    <name>TakeAway</name>
    <message>
        <source>Save picture</source>
        <translation>그림 저장</translation>
    </message>
    <message>
        <source>Save drawing</source>
        <translation>도면 저장</translation>
    </message>
    <message>
        <source>Save table</source>
        <translation>표 저장</translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation>{path}에 저장함</translation>
    </message>
    <message>
        <source>Save picture (PNG)…</source>
        <translation>그림 저장 (PNG)…</translation>
    </message>
    <message>
        <source>Save drawing (SVG)…</source>
        <translation>벡터 그림 저장 (SVG)…</translation>
    </message>
    <message>
        <source>Save table (CSV)…</source>
        <translation>표 저장 (CSV)…</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>그림 복사</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>표 복사</translation>
    </message>
    <message>
        <source>Copied the picture</source>
        <translation>그림을 복사했습니다</translation>
    </message>
    <message>
        <source>Copied the table</source>
        <translation>표를 복사했습니다</translation>
    </message>
</context>
<context>
    <name>TakeButton</name>
    <message>
        <source>Take away: picture, table</source>
        <translation>가져가기: 그림, 표</translation>
    </message>
</context>
<context>
    <name>Tasks</name>
    <message>
        <source>Pack the preview</source>
        <translation>미리 보기 묶기</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>프로파일</translation>
    </message>
    <message>
        <source>Measure the original</source>
        <translation>원본 측정</translation>
    </message>
    <message>
        <source>Quick check: {name}</source>
        <translation>빠른 확인: {name}</translation>
    </message>
    <message>
        <source>Measure {name}</source>
        <translation>{name} 측정</translation>
    </message>
    <message>
        <source>Add {name}</source>
        <translation>{name} 추가</translation>
    </message>
    <message>
        <source>Export {name}</source>
        <translation>{name} 내보내기</translation>
    </message>
    <message>
        <source>Reload {name} in transformers</source>
        <translation>{name}을(를) transformers로 다시 불러오기</translation>
    </message>
    <message>
        <source>Tune {name}</source>
        <translation>{name} 미세 조정</translation>
    </message>
    <message>
        <source>Write the checkpoint of {name}</source>
        <translation>{name}의 체크포인트 쓰기</translation>
    </message>
    <message>
        <source>Estimate</source>
        <translation>추정</translation>
    </message>
    <message>
        <source>Read the runs</source>
        <translation>실행 기록 읽기</translation>
    </message>
    <message>
        <source>Use {name}</source>
        <translation>{name} 사용</translation>
    </message>
    <message>
        <source>Try the paper&apos;s claims</source>
        <translation>논문의 주장 시험</translation>
    </message>
    <message>
        <source>Read a result</source>
        <translation>결과 읽기</translation>
    </message>
    <message>
        <source>Token lens</source>
        <translation>토큰 렌즈</translation>
    </message>
    <message>
        <source>Time the original</source>
        <translation>원본 속도 재기</translation>
    </message>
    <message>
        <source>Time {name}</source>
        <translation>{name} 속도 재기</translation>
    </message>
    <message>
        <source>Profile after tuning: {name}</source>
        <translation>미세 조정 뒤 프로파일: {name}</translation>
    </message>
    <message>
        <source>Choose experts</source>
        <translation>전문가 선택</translation>
    </message>
    <message>
        <source>Report {name}</source>
        <translation>보고서 {name}</translation>
    </message>
    <message>
        <source>Search for tuning options</source>
        <translation>미세 조정 옵션 탐색</translation>
    </message>
    <message>
        <source>Read the search</source>
        <translation>탐색 읽기</translation>
    </message>
    <message>
        <source>Look through the project</source>
        <translation>프로젝트 살펴보기</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation type="unfinished">{name} 삭제</translation>
    </message>
    <message>
        <source>Remove from the project</source>
        <translation>프로젝트에서 제거</translation>
    </message>
</context>
<context>
    <name>TextForm</name>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>프로세서</translation>
    </message>
    <message>
        <source>Graphics card (CUDA)</source>
        <translation>그래픽 카드 (CUDA)</translation>
    </message>
    <message>
        <source>When it does not fit</source>
        <translation>메모리에 맞지 않을 때</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>항상</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>사용 안 함</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>텍스트</translation>
    </message>
    <message>
        <source>Packing</source>
        <translation>묶기</translation>
    </message>
    <message>
        <source>Token budget</source>
        <translation>토큰 예산</translation>
    </message>
    <message>
        <source>Split evenly over the domains</source>
        <translation>영역에 고르게 나눔</translation>
    </message>
    <message>
        <source>Sequence length</source>
        <translation>시퀀스 길이</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>배치 크기</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>문서</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>Run on</source>
        <translation>실행 장치</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>Layer by layer</source>
        <translation>층별 스트리밍</translation>
    </message>
    <message>
        <source>Streams a model that is larger than memory from the disk</source>
        <translation>메모리보다 큰 모델을 디스크에서 흘려 읽습니다</translation>
    </message>
    <message>
        <source>Join to full sequences</source>
        <translation>이어서 시퀀스를 채움</translation>
    </message>
    <message>
        <source>Apply the chat template</source>
        <translation>모델의 대화 틀 적용</translation>
    </message>
</context>
<context>
    <name>TextsDialog</name>
    <message>
        <source>“Bundled texts” here means the held-out ones, which no profile reads. Variants compare only when they were measured on the same texts.</source>
        <translation>여기에서 “동봉된 텍스트”는 프로파일이 읽지 않는 평가용입니다. 변형은 같은 텍스트로 쟀을 때만 비교할 수 있습니다.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>What to measure on</source>
        <translation>무엇으로 잴지</translation>
    </message>
    <message>
        <source>Use these</source>
        <translation>이대로 사용</translation>
    </message>
</context>
<context>
    <name>ThresholdChart</name>
    <message>
        <source>shown once there is a profile</source>
        <translation>프로파일이 있으면 보입니다</translation>
    </message>
</context>
<context>
    <name>TokenCard</name>
    <message>
        <source>Experts of the token, layer by layer</source>
        <translation>토큰이 층마다 고른 전문가</translation>
    </message>
    <message>
        <source>L{layer}: entropy {entropy:.2f} of at most {most:.2f} nats</source>
        <translation>L{layer}: 엔트로피 {entropy:.2f} / 최대 {most:.2f} nats</translation>
    </message>
    <message>
        <source>L{layer} · expert {expert}, gate {gate:.3f}, dropped by the plan</source>
        <translation>L{layer} · 전문가 {expert}, 게이트 {gate:.3f}, 계획에서 제거됨</translation>
    </message>
    <message>
        <source>L{layer} · expert {expert}, gate {gate:.3f}</source>
        <translation>L{layer} · 전문가 {expert}, 게이트 {gate:.3f}</translation>
    </message>
</context>
<context>
    <name>TokenLensView</name>
    <message>
        <source>Lost</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Share of a token&apos;s gates that the plan drops</source>
        <translation>계획이 없애는 토큰 게이트의 비율</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>엔트로피</translation>
    </message>
    <message>
        <source>How evenly the router spreads a token</source>
        <translation>라우터가 토큰을 얼마나 고르게 나누는지</translation>
    </message>
    <message>
        <source>Top gate</source>
        <translation>최고 게이트</translation>
    </message>
    <message>
        <source>The highest gate of a token</source>
        <translation>토큰의 가장 높은 게이트</translation>
    </message>
    <message>
        <source>Colour by</source>
        <translation>색 기준</translation>
    </message>
    <message>
        <source>Nothing was looked at yet. The lens runs the model over a text of yours and keeps every choice of every router; when you edit the plan, what it would lose follows at once.</source>
        <translation>아직 살펴본 것이 없습니다. 렌즈는 입력한 텍스트로 모델을 실행해 모든 라우터의 모든 선택을 간직합니다. 계획을 고치면 무엇을 잃는지 바로 따라 바뀝니다.</translation>
    </message>
    <message>
        <source>{tokens} tokens · {layers} layers · the plan drops {share} of the gates</source>
        <translation>토큰 {tokens} · 층 {layers} · 계획이 게이트의 {share} 제거</translation>
    </message>
    <message>
        <source>{text} · {cut} more were left out</source>
        <translation>{text} · {cut}개는 빠짐</translation>
    </message>
    <message>
        <source>Token {number} {text}</source>
        <translation>토큰 {number} {text}</translation>
    </message>
    <message>
        <source>{gone} of {all} dropped · {share} of gates</source>
        <translation>{all}개 중 {gone}개 제거 · 게이트의 {share}</translation>
    </message>
    <message>
        <source>an expert of the token is dropped</source>
        <translation>토큰의 전문가가 제거됨</translation>
    </message>
    <message>
        <source>100 % of the gates</source>
        <translation>게이트의 100 %</translation>
    </message>
    <message>
        <source>ln E (even)</source>
        <translation>ln E (고름)</translation>
    </message>
    <message>
        <source>{token}: {share} of its gates dropped</source>
        <translation>{token}: 게이트의 {share} 제거</translation>
    </message>
    <message>
        <source>{token} in L{layer}: entropy {entropy:.2f}, {share} dropped</source>
        <translation>{token}, L{layer}: 엔트로피 {entropy:.2f}, {share} 제거</translation>
    </message>
    <message>
        <source>Save lens…</source>
        <translation>렌즈 저장…</translation>
    </message>
    <message>
        <source>Open lens…</source>
        <translation>렌즈 열기…</translation>
    </message>
    <message>
        <source>Save lens</source>
        <translation>렌즈 저장</translation>
    </message>
    <message>
        <source>Open lens</source>
        <translation>렌즈 열기</translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation>{path}에 저장함</translation>
    </message>
    <message>
        <source>{name} looked at a model of other weights</source>
        <translation>{name}은(는) 가중치가 다른 모델을 살펴본 것입니다</translation>
    </message>
    <message>
        <source>look at the text with this model</source>
        <translation>이 모델로 텍스트를 살펴보기</translation>
    </message>
</context>
<context>
    <name>TokenRaster</name>
    <message>
        <source>Tokens across, layers down</source>
        <translation>가로는 토큰, 세로는 층</translation>
    </message>
</context>
<context>
    <name>TokenText</name>
    <message>
        <source>Tokens of the text</source>
        <translation>텍스트의 토큰</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Score</source>
        <translation>점수</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>정렬</translation>
    </message>
    <message>
        <source>native</source>
        <translation>원래 순서</translation>
    </message>
    <message>
        <source>by score</source>
        <translation>점수순</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>눈금</translation>
    </message>
    <message>
        <source>log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>rank</source>
        <translation>순위</translation>
    </message>
    <message>
        <source>Domains</source>
        <translation>영역</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>규칙</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>적용</translation>
    </message>
    <message>
        <source>Apply the rule (locks win)</source>
        <translation>규칙 적용 (잠금 우선)</translation>
    </message>
    <message>
        <source>Take away: picture, table, selection</source>
        <translation>가져가기: 그림, 표, 선택</translation>
    </message>
    <message>
        <source>clustered</source>
        <translation>묶음순</translation>
    </message>
    <message>
        <source>Experts that fire together side by side</source>
        <translation>함께 활성화되는 전문가를 나란히</translation>
    </message>
    <message>
        <source>Copy a command</source>
        <translation>명령 복사</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Menu</source>
        <translation>메뉴</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 실행</translation>
    </message>
</context>
<context>
    <name>Tour</name>
    <message>
        <source>The way through</source>
        <translation>작업 순서</translation>
    </message>
    <message>
        <source>The rail is the order of the work: read a model, watch it work, choose experts, tune, measure, export. A dot says whether a step is done, stale or to do; hover over it for the reason.</source>
        <translation>레일은 작업 순서입니다. 모델을 읽고, 일하는 것을 보고, 전문가를 고르고, 미세 조정하고, 재고, 내보냅니다. 점은 단계가 끝났는지, 오래되었는지, 할 차례인지를 알려 줍니다. 포인터를 올리면 이유가 나옵니다.</translation>
    </message>
    <message>
        <source>The model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>All of this was read from the headers in a moment. Nothing is loaded, so a 140 GB model opens as fast.</source>
        <translation>모두 헤더에서 순식간에 읽은 것입니다. 아무것도 올리지 않으므로 140 GB 모델도 똑같이 빨리 열립니다.</translation>
    </message>
    <message>
        <source>Texts to watch it by</source>
        <translation>지켜볼 텍스트</translation>
    </message>
    <message>
        <source>What the model reads here decides which experts look useful. The bundled texts have six domains. Every setting has its help behind the question mark.</source>
        <translation>모델이 여기서 읽는 것에 따라 쓸모 있어 보이는 전문가가 달라집니다. 동봉된 텍스트에는 영역이 여섯 있습니다. 설정마다 물음표를 누르면 도움말이 나옵니다.</translation>
    </message>
    <message>
        <source>Run it</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>The filled button at the top is each page&apos;s main action. This one counts which experts every token is sent to. Going on starts it.</source>
        <translation>위쪽의 채워진 단추가 페이지마다의 주된 동작입니다. 이 단추는 토큰마다 어느 전문가로 가는지 셉니다. 다음으로 가면 시작합니다.</translation>
    </message>
    <message>
        <source>The heat map</source>
        <translation>히트맵</translation>
    </message>
    <message>
        <source>Rows are layers, columns are experts, bright is busy. Click an expert to drop it, drag to paint, press L to lock. Everything can be undone.</source>
        <translation>행은 층, 열은 전문가이며 밝을수록 바쁩니다. 클릭하면 전문가가 빠지고, 끌면 칠해지고, L을 누르면 잠깁니다. 모두 실행 취소할 수 있습니다.</translation>
    </message>
    <message>
        <source>Or by rule</source>
        <translation>또는 규칙으로</translation>
    </message>
    <message>
        <source>A rule chooses for you, for example how many to keep in each layer. Locks always win, and a rule is one step to undo.</source>
        <translation>층마다 몇 개를 남길지처럼, 규칙이 대신 골라 줍니다. 잠금이 항상 우선하며, 규칙은 한 번에 실행 취소됩니다.</translation>
    </message>
    <message>
        <source>What it would cost</source>
        <translation>비용</translation>
    </message>
    <message>
        <source>Size, memory, computing and coverage follow every edit. Quick check at the top measures the quality without writing anything.</source>
        <translation>크기, 메모리, 계산, 커버리지가 편집할 때마다 따라 바뀝니다. 위쪽의 빠른 확인은 아무것도 쓰지 않고 품질을 잽니다.</translation>
    </message>
    <message>
        <source>The smaller checkpoint</source>
        <translation>작아진 체크포인트</translation>
    </message>
    <message>
        <source>Export copies what stays, verifies every byte, and gives the command that does the same. Press F1 on any page for its help.</source>
        <translation>내보내기는 남는 것을 복사하고 바이트마다 검증하며, 같은 일을 하는 명령을 줍니다. 어느 페이지에서든 F1을 누르면 도움말이 나옵니다.</translation>
    </message>
    <message>
        <source>End tour</source>
        <translation>둘러보기 끝내기</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>다음</translation>
    </message>
</context>
<context>
    <name>TrialsModel</name>
    <message>
        <source>at once</source>
        <translation>한 번에</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>코사인</translation>
    </message>
    <message>
        <source>fading</source>
        <translation>서서히</translation>
    </message>
    <message>
        <source>in steps</source>
        <translation>단계별</translation>
    </message>
    <message>
        <source>{schedule}, {how}, over {share}</source>
        <translation>{schedule}, {how}, {share} 구간</translation>
    </message>
    <message>
        <source>Trial</source>
        <translation>시험</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>퍼플렉시티</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>Top-K falls</source>
        <translation>Top-K 감소</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>시간</translation>
    </message>
    <message>
        <source>best</source>
        <translation>최선</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>done</source>
        <translation>완료</translation>
    </message>
</context>
<context>
    <name>TuneForm</name>
    <message>
        <source>Advanced settings</source>
        <translation>고급 설정</translation>
    </message>
    <message>
        <source>At once</source>
        <translation>한 번에</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>코사인</translation>
    </message>
    <message>
        <source>Fade the last gate</source>
        <translation>마지막 게이트를 서서히 줄이기</translation>
    </message>
    <message>
        <source>Alongside</source>
        <translation>함께 실행</translation>
    </message>
    <message>
        <source>From a file</source>
        <translation>파일에서</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>Routers alone</source>
        <translation>라우터만</translation>
    </message>
    <message>
        <source>Routers and LoRA on experts</source>
        <translation>라우터와 전문가 LoRA</translation>
    </message>
    <message>
        <source>Routers and experts</source>
        <translation>라우터와 전문가</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>Constant</source>
        <translation>일정</translation>
    </message>
    <message>
        <source>On</source>
        <translation>켬</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>끔</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>프로세서</translation>
    </message>
    <message>
        <source>Graphics card (CUDA)</source>
        <translation>그래픽 카드 (CUDA)</translation>
    </message>
    <message>
        <source>Goal</source>
        <translation>목표</translation>
    </message>
    <message>
        <source>Fraction</source>
        <translation>소수 K</translation>
    </message>
    <message>
        <source>Share of steps, %</source>
        <translation>단계 비율, %</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>Distillation α</source>
        <translation>증류 α</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>텍스트</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>validations without a better one</source>
        <translation>나아지지 않은 검증 횟수</translation>
    </message>
</context>
<context>
    <name>TuneHelp</name>
    <message>
        <source>Start from</source>
        <translation>시작점</translation>
    </message>
    <message>
        <source>The model with the current plan applied in memory, the whole model, or the checkpoint of an earlier run, which then goes on for more steps.</source>
        <translation>현재 계획을 메모리에서 적용한 모델, 전체 모델, 또는 이전 실행의 체크포인트에서 시작합니다. 체크포인트에서 시작하면 단계를 더 이어갑니다.</translation>
    </message>
    <message>
        <source>Target Top-K</source>
        <translation>목표 Top-K</translation>
    </message>
    <message>
        <source>How many experts each token uses in the end. Fewer save computation in every expert layer; the checkpoint stays as large as it is.</source>
        <translation>최종적으로 토큰마다 사용할 전문가 수입니다. 적을수록 모든 전문가 층의 연산이 줄어듭니다. 체크포인트 크기는 그대로입니다.</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>스케줄</translation>
    </message>
    <message>
        <source>How Top-K falls from the model&apos;s own to the target: at once, evenly, or slowly at both ends. A gradual fall gives the router time to concentrate.</source>
        <translation>모델의 Top-K가 목표까지 줄어드는 방식입니다. 한 번에, 고르게, 또는 양 끝에서 천천히 줄입니다. 서서히 줄이면 라우터가 집중할 시간을 얻습니다.</translation>
    </message>
    <message>
        <source>Fade the last gate</source>
        <translation>마지막 게이트를 서서히 줄이기</translation>
    </message>
    <message>
        <source>Scales the last expert&apos;s gate from 1 to 0 while Top-K falls, instead of dropping it in one step. With gates that are renormalised, a single expert&apos;s gate is always 1 and the router learns nothing from the texts; a fading second gate keeps it learning until the fall ends.</source>
        <translation>Top-K가 줄어드는 동안 마지막 전문가의 게이트를 한 번에 없애지 않고 1에서 0으로 줄입니다. 게이트를 다시 정규화하는 모델에서는 전문가가 하나면 게이트가 항상 1이라 라우터가 텍스트에서 아무것도 배우지 못합니다. 두 번째 게이트를 서서히 줄이면 끝날 때까지 라우터가 계속 배웁니다.</translation>
    </message>
    <message>
        <source>Share of the steps</source>
        <translation>단계 비율</translation>
    </message>
    <message>
        <source>Over which part of the run Top-K falls. In the rest the experts adapt to the target, while the router stands nearly still if the target is 1.</source>
        <translation>실행의 어느 부분에 걸쳐 Top-K를 줄일지 정합니다. 나머지 동안에는 전문가가 목표에 적응하며, 목표가 1이면 라우터는 거의 움직이지 않습니다.</translation>
    </message>
    <message>
        <source>Entropy weight λ</source>
        <translation>엔트로피 가중치 λ</translation>
    </message>
    <message>
        <source>A penalty on the entropy of the router&apos;s distribution, so that each token&apos;s choice concentrates before Top-K falls. Too much of it narrows the choice blindly and costs quality.</source>
        <translation>라우터 분포의 엔트로피에 주는 벌점으로, Top-K가 줄기 전에 각 토큰의 선택을 집중시킵니다. 너무 크면 무턱대고 좁혀 품질이 떨어집니다.</translation>
    </message>
    <message>
        <source>Distillation weight α</source>
        <translation>증류 가중치 α</translation>
    </message>
    <message>
        <source>Pulls the tuned model towards the next-token distribution of the unpruned original at its own Top-K. It needs the original beside the model, or its answers from a file.</source>
        <translation>미세 조정하는 모델을 가지치기 전 원본의 다음 토큰 분포(원본의 Top-K)로 끌어당깁니다. 원본을 함께 메모리에 두거나 원본의 답을 파일에서 읽어야 합니다.</translation>
    </message>
    <message>
        <source>Teacher</source>
        <translation>교사 모델</translation>
    </message>
    <message>
        <source>Alongside: both models in memory, exact. From a file: the original reads the texts once and its likeliest tokens are kept, so that two models never share the memory.</source>
        <translation>함께 실행: 두 모델을 모두 메모리에 두며 정확합니다. 파일에서: 원본이 텍스트를 한 번 읽고 가능성이 큰 토큰만 저장하므로 두 모델이 동시에 메모리에 있지 않습니다.</translation>
    </message>
    <message>
        <source>What is trained</source>
        <translation>학습할 부분</translation>
    </message>
    <message>
        <source>Routers alone need least memory and change least. LoRA adds small matrices to the experts and is merged in the end. Experts, or everything, recover most and need 16 bytes for each parameter that is trained.</source>
        <translation>라우터만 학습하면 메모리와 변화가 가장 적습니다. LoRA는 전문가에 작은 행렬을 더하고 끝에 병합합니다. 전문가나 전체를 학습하면 가장 많이 회복되며, 학습하는 파라미터마다 16바이트가 필요합니다.</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Optimiser steps. Each reads batch size × passes per step sequences; the texts are gone through again when they end.</source>
        <translation>최적화 단계 수입니다. 단계마다 배치 크기 × 단계당 통과 횟수만큼의 시퀀스를 읽고, 텍스트가 끝나면 처음부터 다시 읽습니다.</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>Its highest value, reached after the warm-up. Smaller models take more; routers alone and LoRA take about ten times what full fine-tuning does.</source>
        <translation>준비 단계 후에 도달하는 최댓값입니다. 작은 모델일수록 크게 쓰며, 라우터만 학습하거나 LoRA를 쓸 때는 전체 미세 조정의 약 열 배를 씁니다.</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>배치 크기</translation>
    </message>
    <message>
        <source>Sequences per forward pass. Activations and logits grow with it; when memory is short, halve it and double the passes per step.</source>
        <translation>순전파 한 번의 시퀀스 수입니다. 클수록 활성값과 로짓이 커집니다. 메모리가 부족하면 절반으로 줄이고 단계당 통과 횟수를 두 배로 늘리세요.</translation>
    </message>
    <message>
        <source>Token budget</source>
        <translation>토큰 예산</translation>
    </message>
    <message>
        <source>How much text there is to learn from, split evenly over the domains. A run that reads more than this goes through the texts again.</source>
        <translation>배울 텍스트의 양이며 영역에 고르게 나눕니다. 이보다 많이 읽는 실행은 텍스트를 다시 읽습니다.</translation>
    </message>
    <message>
        <source>Sequence length</source>
        <translation>시퀀스 길이</translation>
    </message>
    <message>
        <source>Tokens of one training sequence. Memory grows with it, as with batches.</source>
        <translation>학습 시퀀스 하나의 토큰 수입니다. 배치처럼 클수록 메모리가 더 필요합니다.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Decides which documents are read in which order. Two runs with one seed differ by nothing but rounding.</source>
        <translation>어떤 문서를 어떤 순서로 읽을지 정합니다. 시드가 같은 두 실행은 반올림 오차 외에는 같습니다.</translation>
    </message>
    <message>
        <source>Passes per step</source>
        <translation>단계당 통과 횟수</translation>
    </message>
    <message>
        <source>Forward and backward passes whose gradients are added up for one step: a larger batch without more memory.</source>
        <translation>한 단계에 기울기를 합치는 순전파·역전파 횟수입니다. 메모리를 늘리지 않고 배치를 키웁니다.</translation>
    </message>
    <message>
        <source>Warm-up steps</source>
        <translation>준비 단계 수</translation>
    </message>
    <message>
        <source>Steps over which the learning rate rises from zero.</source>
        <translation>학습률이 0에서 올라가는 단계 수입니다.</translation>
    </message>
    <message>
        <source>Decay</source>
        <translation>감소 방식</translation>
    </message>
    <message>
        <source>How the learning rate falls after the warm-up.</source>
        <translation>준비 단계 후 학습률이 줄어드는 방식입니다.</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>가중치 감쇠</translation>
    </message>
    <message>
        <source>Pulls matrices towards zero at each step; norms are left out.</source>
        <translation>단계마다 행렬을 0 쪽으로 당깁니다. 정규화 가중치는 제외합니다.</translation>
    </message>
    <message>
        <source>Gradient clipping</source>
        <translation>기울기 자르기</translation>
    </message>
    <message>
        <source>A gradient longer than this is scaled down to it; 0 leaves all as is.</source>
        <translation>이보다 큰 기울기는 이 크기로 줄입니다. 0이면 그대로 둡니다.</translation>
    </message>
    <message>
        <source>LoRA rank</source>
        <translation>LoRA 랭크</translation>
    </message>
    <message>
        <source>Width of the added matrices: more learn more and need more memory.</source>
        <translation>더하는 행렬의 너비입니다. 클수록 더 많이 배우고 메모리도 더 필요합니다.</translation>
    </message>
    <message>
        <source>Recompute activations</source>
        <translation>활성값 다시 계산</translation>
    </message>
    <message>
        <source>Keeps only each layer&apos;s input and computes the rest again in the backward pass: much less memory for about a third more time.</source>
        <translation>각 층의 입력만 보관하고 나머지는 역전파에서 다시 계산합니다. 시간이 약 3분의 1 늘지만 메모리가 크게 줄어듭니다.</translation>
    </message>
    <message>
        <source>Validate every</source>
        <translation>검증 간격</translation>
    </message>
    <message>
        <source>Steps between two measurements of the perplexity on held-out texts, always at the target Top-K. 0 measures before and after only.</source>
        <translation>검증 텍스트의 퍼플렉시티를 재는 단계 간격이며 항상 목표 Top-K에서 잽니다. 0이면 시작과 끝에만 잽니다.</translation>
    </message>
    <message>
        <source>Checkpoint every</source>
        <translation>체크포인트 간격</translation>
    </message>
    <message>
        <source>Steps between two checkpoints, from which a stopped run resumes. Each takes 12 bytes for each trained parameter on the disk.</source>
        <translation>체크포인트를 저장하는 단계 간격입니다. 멈춘 실행은 여기서 재개합니다. 학습하는 파라미터마다 디스크 12바이트가 필요합니다.</translation>
    </message>
    <message>
        <source>Stop early after</source>
        <translation>조기 종료</translation>
    </message>
    <message>
        <source>Stops when so many validations in a row were no better, and writes the best checkpoint. 0 runs to the end.</source>
        <translation>연속으로 이만큼 검증이 나아지지 않으면 멈추고 가장 좋은 체크포인트를 씁니다. 0이면 끝까지 실행합니다.</translation>
    </message>
    <message>
        <source>Number format</source>
        <translation>수 형식</translation>
    </message>
    <message>
        <source>What the weights are loaded as. On a graphics card training computes in bfloat16 with trained weights in float32; on a processor float32 is faster.</source>
        <translation>가중치를 불러오는 형식입니다. 그래픽 카드에서는 학습 가중치를 float32로 두고 bfloat16으로 계산합니다. 프로세서에서는 float32가 더 빠릅니다.</translation>
    </message>
</context>
<context>
    <name>TunePage</name>
    <message>
        <source>Tune</source>
        <translation>미세 조정</translation>
    </message>
    <message>
        <source>Start tuning</source>
        <translation>미세 조정 시작</translation>
    </message>
    <message>
        <source>running</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>먼저 모델을 여세요.</translation>
    </message>
    <message>
        <source>Nothing was tuned yet.</source>
        <translation>아직 미세 조정하지 않았습니다.</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>곡선</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>실행 기록</translation>
    </message>
    <message>
        <source>Nothing to tune yet</source>
        <translation>아직 미세 조정할 것이 없습니다</translation>
    </message>
    <message>
        <source>Open a model: then it can be fine-tuned while each token uses fewer experts, so that it loses little and computes less.</source>
        <translation>모델을 열면 토큰마다 사용하는 전문가를 줄이면서 미세 조정할 수 있습니다. 품질은 거의 잃지 않고 연산은 줄어듭니다.</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>탐색</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>this run</source>
        <translation>이 실행</translation>
    </message>
    <message>
        <source>Fade the last gate</source>
        <translation>마지막 게이트를 서서히 줄이기</translation>
    </message>
    <message>
        <source>Whole model</source>
        <translation>전체 모델</translation>
    </message>
    <message>
        <source>Current plan ({kept})</source>
        <translation>현재 계획 ({kept})</translation>
    </message>
    <message>
        <source>Tune again</source>
        <translation>다시 미세 조정</translation>
    </message>
    <message>
        <source>The paper&apos;s claims</source>
        <translation>논문의 주장</translation>
    </message>
</context>
<context>
    <name>TuneWords</name>
    <message>
        <source>automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>예</translation>
    </message>
    <message>
        <source>no</source>
        <translation>아니요</translation>
    </message>
    <message>
        <source>at once</source>
        <translation>한 번에</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>코사인</translation>
    </message>
    <message>
        <source>constant</source>
        <translation>일정</translation>
    </message>
    <message>
        <source>routers</source>
        <translation>라우터</translation>
    </message>
    <message>
        <source>routers and LoRA</source>
        <translation>라우터와 LoRA</translation>
    </message>
    <message>
        <source>routers and experts</source>
        <translation>라우터와 전문가</translation>
    </message>
    <message>
        <source>everything</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>current plan</source>
        <translation>현재 계획</translation>
    </message>
    <message>
        <source>whole model</source>
        <translation>전체 모델</translation>
    </message>
    <message>
        <source>Tuning needs about {need}, {free} are free. Train less (LoRA or routers alone), halve the batch size, or keep the teacher&apos;s answers in a file.</source>
        <translation>미세 조정에 약 {need}가 필요한데 여유는 {free}입니다. 학습할 부분을 줄이거나(LoRA 또는 라우터만), 배치 크기를 절반으로 줄이거나, 교사 모델의 답을 파일에 저장해 보세요.</translation>
    </message>
    <message>
        <source>Result and checkpoints need {need} on the disk. Save the project on another disk.</source>
        <translation>결과와 체크포인트에 디스크 {need}가 필요합니다. 프로젝트를 다른 디스크에 저장하세요.</translation>
    </message>
    <message>
        <source>Top-{target} is above the model&apos;s Top-{start}: Top-K can only fall.</source>
        <translation>Top-{target}은 모델의 Top-{start}보다 큽니다. Top-K는 줄이기만 할 수 있습니다.</translation>
    </message>
    <message>
        <source>A layer of the plan keeps fewer experts than the Top-{start} that training begins with. Keep more of them.</source>
        <translation>계획의 한 층에 남는 전문가가 학습을 시작하는 Top-{start}보다 적습니다. 더 많이 남기세요.</translation>
    </message>
    <message>
        <source>This checkpoint is quantised, and quantised weights cannot be trained. Open its bfloat16 version.</source>
        <translation>이 체크포인트는 양자화되어 있어 학습할 수 없습니다. bfloat16 버전을 여세요.</translation>
    </message>
    <message>
        <source>The folder holds no weights, only a config.json.</source>
        <translation>폴더에 가중치가 없고 config.json만 있습니다.</translation>
    </message>
    <message>
        <source>With one expert per token its gate is always 1, so the texts teach the router nothing; only the entropy term moves it.</source>
        <translation>토큰당 전문가가 하나면 게이트가 항상 1이라 라우터는 텍스트에서 아무것도 배우지 못하고, 엔트로피 항만 라우터를 움직입니다.</translation>
    </message>
</context>
<context>
    <name>VariantTable</name>
    <message>
        <source>Variants</source>
        <translation>변형</translation>
    </message>
</context>
<context>
    <name>VariantsModel</name>
    <message>
        <source>original</source>
        <translation>원본</translation>
    </message>
    <message>
        <source>plan</source>
        <translation>계획</translation>
    </message>
    <message>
        <source>tuned</source>
        <translation>조정함</translation>
    </message>
    <message>
        <source>exported</source>
        <translation>내보냄</translation>
    </message>
    <message>
        <source>Variant</source>
        <translation>변형</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>퍼플렉시티</translation>
    </message>
    <message>
        <source>exp of the mean cross-entropy per token on the evaluation texts; lower is better</source>
        <translation>평가 텍스트에서 토큰당 평균 교차 엔트로피의 exp. 낮을수록 좋습니다</translation>
    </message>
    <message>
        <source>KL</source>
        <translation>KL</translation>
    </message>
    <message>
        <source>Mean KL divergence from the original&apos;s next-token distribution, in nats</source>
        <translation>원본의 다음 토큰 분포와의 평균 KL 발산 (nats)</translation>
    </message>
    <message>
        <source>Top-1 same</source>
        <translation>Top-1 일치</translation>
    </message>
    <message>
        <source>Share of positions whose likeliest next token is the original&apos;s</source>
        <translation>가장 그럴듯한 다음 토큰이 원본과 같은 위치의 비율</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Bytes of the checkpoint, written or as it would be</source>
        <translation>체크포인트의 바이트 (쓴 것 또는 쓸 것)</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>파라미터</translation>
    </message>
    <message>
        <source>All parameters</source>
        <translation>모든 파라미터</translation>
    </message>
    <message>
        <source>Active</source>
        <translation>활성</translation>
    </message>
    <message>
        <source>Parameters that one token uses</source>
        <translation>토큰 하나가 쓰는 파라미터</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>전문가</translation>
    </message>
    <message>
        <source>Experts kept over all layers</source>
        <translation>모든 층에서 유지한 전문가</translation>
    </message>
    <message>
        <source>Perplexity on “{domain}”</source>
        <translation>“{domain}”의 퍼플렉시티</translation>
    </message>
    <message>
        <source>Ranked by</source>
        <translation>순위 기준</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>계획</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>텍스트</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>측정함</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>FLOPs</source>
        <translation>FLOPs</translation>
    </message>
    <message>
        <source>Floating-point operations of one token</source>
        <translation>토큰 하나의 부동소수점 연산</translation>
    </message>
    <message>
        <source>Tokens per second; below it the change, the median ratio to the original in one run</source>
        <translation>초당 토큰입니다. 아래는 변화이며, 한 번의 실행에서 잰 원본 대비 비율의 중앙값입니다</translation>
    </message>
    <message>
        <source>Prefill/s</source>
        <translation>읽기/초</translation>
    </message>
    <message>
        <source>Decode/s</source>
        <translation>생성/초</translation>
    </message>
    <message>
        <source>Accuracy on the questions “{task}”, ± its standard error</source>
        <translation>“{task}” 문제의 정확도, ± 표준 오차</translation>
    </message>
    <message>
        <source>Ran as</source>
        <translation>실행 방식</translation>
    </message>
</context>
<context>
    <name>Views</name>
    <message>
        <source>Heat map</source>
        <translation>히트맵</translation>
    </message>
    <message>
        <source>Every expert as one cell</source>
        <translation>전문가마다 칸 하나</translation>
    </message>
    <message>
        <source>Token lens</source>
        <translation>토큰 렌즈</translation>
    </message>
    <message>
        <source>What each token of a text chooses</source>
        <translation>텍스트의 토큰마다 무엇을 고르는지</translation>
    </message>
    <message>
        <source>Views</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>The experts of one layer by score</source>
        <translation>한 층의 전문가를 점수순으로</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>네트워크</translation>
    </message>
    <message>
        <source>All layers, one chart per quantity</source>
        <translation>모든 층, 값마다 그림 하나</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>비교</translation>
    </message>
    <message>
        <source>Two texts or domains, A − B</source>
        <translation>두 텍스트나 영역, A − B</translation>
    </message>
    <message>
        <source>Plans</source>
        <translation>계획 목록</translation>
    </message>
    <message>
        <source>Named plans side by side</source>
        <translation>이름 붙인 계획을 나란히</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Make a Mixture-of-Experts model smaller by looking at it.</source>
        <translation>전문가 혼합 모델을 보면서 작게 만드세요.</translation>
    </message>
    <message>
        <source>Open demo</source>
        <translation>데모 열기</translation>
    </message>
    <message>
        <source>Take the tour</source>
        <translation>둘러보기</translation>
    </message>
    <message>
        <source>Try it on the bundled model</source>
        <translation>동봉된 모델로 해 보기</translation>
    </message>
    <message>
        <source>A small trained Mixtral and its texts, all on this machine. The first heat map stands in under a minute.</source>
        <translation>작게 학습한 Mixtral과 텍스트가 모두 이 컴퓨터에 있습니다. 첫 히트맵은 1분 안에 나옵니다.</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>폴더 열기…</translation>
    </message>
    <message>
        <source>Your own model</source>
        <translation>내 모델</translation>
    </message>
    <message>
        <source>Drop a folder with config.json and safetensors here. Only headers are read; nothing is loaded yet.</source>
        <translation>config.json과 safetensors가 있는 폴더를 여기에 놓으세요. 헤더만 읽고 아직 아무것도 불러오지 않습니다.</translation>
    </message>
    <message>
        <source>Hugging Face model id</source>
        <translation>Hugging Face 모델 아이디</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>From Hugging Face</source>
        <translation>Hugging Face에서</translation>
    </message>
    <message>
        <source>A model id. What is in the local cache opens offline; anything else is downloaded.</source>
        <translation>모델 아이디. 로컬 캐시에 있으면 오프라인으로 열고, 아니면 내려받습니다.</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>최근</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>목록에서 삭제</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>시작</translation>
    </message>
    <message>
        <source>Open a model or a project.</source>
        <translation>모델이나 프로젝트를 여세요.</translation>
    </message>
</context>
<context>
    <name>WhatIf</name>
    <message>
        <source>Parameters</source>
        <translation>파라미터</translation>
    </message>
    <message>
        <source>All weights that are loaded, exact from the headers.</source>
        <translation>불러오는 모든 가중치. 헤더에서 얻은 정확한 값입니다.</translation>
    </message>
    <message>
        <source>Active per token</source>
        <translation>토큰당 활성</translation>
    </message>
    <message>
        <source>Weights that a token meets: Top-K experts of every layer, the rest once.</source>
        <translation>토큰이 만나는 가중치: 층마다 Top-K 전문가, 나머지는 한 번.</translation>
    </message>
    <message>
        <source>Bytes that export would write.</source>
        <translation>내보내기가 쓸 바이트.</translation>
    </message>
    <message>
        <source>fits</source>
        <translation>들어감</translation>
    </message>
    <message>
        <source>tight</source>
        <translation>빠듯함</translation>
    </message>
    <message>
        <source>does not fit</source>
        <translation>들어가지 않음</translation>
    </message>
    <message>
        <source>Needs {memory} / free</source>
        <translation>필요 {memory} / 여유</translation>
    </message>
    <message>
        <source>Weights, keys and values and workspace: {low} to {high}; {free} are free.</source>
        <translation>가중치, 키와 값, 작업 공간: {low}~{high}. 여유 {free}.</translation>
    </message>
    <message>
        <source>{change}, Top-{top_k}</source>
        <translation>{change}, Top-{top_k}</translation>
    </message>
    <message>
        <source>FLOPs per token</source>
        <translation>토큰당 FLOPs</translation>
    </message>
    <message>
        <source>Dropping experts at the same Top-K saves memory, not FLOPs: a token still meets {top_k} experts per layer. Lowering Top-K saves FLOPs. Counted at {context} tokens of context.</source>
        <translation>Top-K를 그대로 두고 전문가를 제거하면 메모리는 줄지만 FLOPs는 줄지 않습니다. 토큰은 여전히 층마다 전문가 {top_k}개를 만납니다. Top-K를 낮추면 FLOPs가 줄어듭니다. 문맥 토큰 {context}개로 셌습니다.</translation>
    </message>
    <message>
        <source>Coverage kept</source>
        <translation>유지된 커버리지</translation>
    </message>
    <message>
        <source>Share of the gates on the calibration text that the kept experts carry.</source>
        <translation>보정 텍스트의 게이트 중 유지한 전문가가 맡는 비율.</translation>
    </message>
    <message>
        <source>What merged experts carried is not in it: their router rows go.</source>
        <translation>병합된 전문가가 맡던 몫은 들어 있지 않습니다. 라우터 행이 사라지기 때문입니다.</translation>
    </message>
    <message>
        <source>no profile yet</source>
        <translation>아직 프로파일 없음</translation>
    </message>
    <message>
        <source>{count} experts are dropped.</source>
        <translation>전문가 {count}개를 제거합니다.</translation>
    </message>
    <message>
        <source>{count} experts are dropped, {merged} are merged: averaged into one that stays.</source>
        <translation>전문가 {count}개를 제거하고 {merged}개를 병합합니다. 병합은 남는 전문가에 평균해 넣는 것입니다.</translation>
    </message>
    <message>
        <source>Loads in</source>
        <translation>불러오기</translation>
    </message>
    <message>
        <source>stock loaders</source>
        <translation>기본 로더</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>변화 없음</translation>
    </message>
    <message>
        <source>Nothing is dropped yet.</source>
        <translation>아직 제거한 것이 없습니다.</translation>
    </message>
    <message>
        <source>{count} merged · {note}</source>
        <translation>{count}개 병합 · {note}</translation>
    </message>
    <message>
        <source>{kept} in every layer</source>
        <translation>층마다 {kept}개</translation>
    </message>
    <message>
        <source>min L{layer} · {share}</source>
        <translation>최저 L{layer} · {share}</translation>
    </message>
    <message>
        <source>in every layer</source>
        <translation>모든 층에서</translation>
    </message>
    <message>
        <source>transformers and vLLM load it as it is.</source>
        <translation>transformers와 vLLM이 그대로 불러옵니다.</translation>
    </message>
    <message>
        <source>bundled loader</source>
        <translation>동봉된 로더</translation>
    </message>
    <message>
        <source>ragged: {low} to {high}</source>
        <translation>불균일: {low}~{high}</translation>
    </message>
    <message>
        <source>Layers keep different numbers; stock loaders read one number for all.</source>
        <translation>층마다 수가 다릅니다. 기본 로더는 한 수만 읽습니다.</translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation>체크포인트</translation>
    </message>
    <message>
        <source>still Top-{top_k}</source>
        <translation>여전히 Top-{top_k}</translation>
    </message>
    <message>
        <source>Quick check</source>
        <translation>빠른 확인</translation>
    </message>
    <message>
        <source>Perplexity on held-out text, original → with the dropped experts masked, and the mean KL divergence from the original in nats per token.</source>
        <translation>따로 둔 텍스트의 퍼플렉시티(원본 → 제거한 전문가를 가린 모델)와, 원본과의 평균 KL 발산(토큰당 nat)입니다.</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>재지 않음</translation>
    </message>
    <message>
        <source>original</source>
        <translation>원본</translation>
    </message>
    <message>
        <source>plan changed</source>
        <translation>계획이 바뀜</translation>
    </message>
    <message>
        <source>KL {kl}</source>
        <translation>KL {kl}</translation>
    </message>
</context>
<context>
    <name>WhatIfStrip</name>
    <message>
        <source>What the plan would cost</source>
        <translation>계획의 비용</translation>
    </message>
    <message>
        <source>Right click, or I: what made this number</source>
        <translation>오른쪽 클릭 또는 I: 이 숫자가 무엇으로 만들어졌는지</translation>
    </message>
</context>
<context>
    <name>WindowMenu</name>
    <message>
        <source>Copy command</source>
        <translation>명령 복사</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>작업</translation>
    </message>
    <message>
        <source>Earlier runs…</source>
        <translation>이전 실행…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>설정…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>종료</translation>
    </message>
    <message>
        <source>Open demo</source>
        <translation>데모 열기</translation>
    </message>
    <message>
        <source>Open model folder…</source>
        <translation>모델 폴더 열기…</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>프로젝트 열기…</translation>
    </message>
    <message>
        <source>Open profile…</source>
        <translation type="unfinished">프로파일 열기…</translation>
    </message>
    <message>
        <source>Save project</source>
        <translation>프로젝트 저장</translation>
    </message>
    <message>
        <source>Save project as…</source>
        <translation>프로젝트 다른 이름으로 저장…</translation>
    </message>
    <message>
        <source>System</source>
        <translation>시스템</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>테마</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>What made this…</source>
        <translation>만들어진 경위…</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>보고서…</translation>
    </message>
    <message>
        <source>Storage…</source>
        <translation>저장 공간…</translation>
    </message>
</context>
<context>
    <name>_Link</name>
    <message>
        <source>{share} of its tokens choose this one, too</source>
        <translation>그 토큰의 {share}가 이것도 고름</translation>
    </message>
</context>
<context>
    <name>_Sheet</name>
    <message>
        <source>The same on the command line</source>
        <translation>명령줄로 같은 일 하기</translation>
    </message>
    <message>
        <source>No single command makes this: hands were in it.</source>
        <translation>명령 하나로는 만들 수 없습니다. 손으로 고친 부분이 있습니다.</translation>
    </message>
</context>
</TS>
